// A database whose disk runs full under load, and gets room again: callers are told that it is full, what was accepted
// before waits and ends.

import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintTesting
import Postgres
import Testing

@testable import JobsprintPostgres

/// A file system in memory of a few megabytes.
struct SmallDisk {
  let path: String

  static let isPossible: Bool = {
    guard geteuid() == 0, let disk = try? SmallDisk(megabytes: 1) else { return false }
    disk.remove()
    return true
  }()

  init(megabytes: Int) throws {
    path = "/tmp/jobsprint-disk-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
      rmdir(path)
      throw PostgresError(.misuse, "a file system can't be mounted: error \(errno)")
    }
  }

  /// Takes all room that is left.
  func fill() {
    let file = open("\(path)/filling", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var block = [UInt8](repeating: 1, count: 1 << 20)
    while !block.isEmpty {
      if write(file, block, block.count) <= 0 { block.removeLast((block.count + 1) / 2) }
    }
    close(file)
  }

  func makeRoom() { unlink("\(path)/filling") }

  func remove() {
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }
}

extension ServerFaults {
  @Suite(.enabled(if: SmallDisk.isPossible, "mounting a small file system takes root")) struct FullDisk {
    @Test func aDiskThatRunsFullUnderLoad() async throws {
      let server = try await FaultServer.shared.value
      let disk = try SmallDisk(megabytes: 48)
      defer { disk.remove() }
      var owner = stat()
      stat("\(server.folder)/postgres/data", &owner)
      chown(disk.path, owner.st_uid, owner.st_gid)
      let database = try await server.makeDatabase()
      let place = "place_\(UInt32.random(in: 0...UInt32.max))"
      try await TestServer.administer(
        ["CREATE TABLESPACE \(place) LOCATION '\(disk.path)'", "ALTER DATABASE \(database) SET TABLESPACE \(place)"],
        at: try server.address)
      let storage = PostgresStorage(primary: try server.options(database, as: TestServer.program))
      let flow = FaultFlow(storage, workflow: FaultFlow.storedWorkflow)
      try await flow.run {
        _ = try await storage.workflows.create(FaultFlow.storedWorkflow, recording: .noted())
        try await flow.underLoad {
          await flow.tally.wait(forMore: 20)
          disk.fill()
          await flow.tally.wait { $0.errors > 20 && $0.brokenLies > 0 }
          disk.makeRoom()
          let healed = ContinuousClock.now
          await flow.tally.wait(forMore: 1)
          #expect(ContinuousClock.now - healed < .seconds(5))
          await flow.tally.wait(forMore: 20)
        }
        #expect(flow.tally.errors[.full, default: 0] > 0)
        try await flow.check(try server.options(database, size: 1), errors: [.full])
      }
      try await TestServer.administer(
        ["DROP DATABASE \(database) WITH (FORCE)", "DROP TABLESPACE \(place)"], at: try server.address)
    }
  }
}
