import Foundation

/// What can be seen of a data folder without opening its database.
public struct DataFolderHealth: Sendable {
  /// What is wrong, and what to do; nil when all is well.
  public let problem: String?
  /// On the disk of the folder.
  public let freeBytes: Int64?

  public init(_ folder: String) {
    var isFolder: ObjCBool = false
    let files = FileManager.default
    if !files.fileExists(atPath: folder, isDirectory: &isFolder) {
      problem = "There is no folder \(folder). 'jobsprint serve --data \(folder)' makes it."
    } else if !isFolder.boolValue {
      problem = "\(folder) is a file. Name the folder."
    } else if !files.isWritableFile(atPath: folder) {
      problem = "\(folder) may not be written by this user. Give it to the user that runs the server."
    } else {
      problem = nil
    }
    let attributes = try? files.attributesOfFileSystem(forPath: folder)
    freeBytes = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value
  }
}
