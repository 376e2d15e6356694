import CAllocator

/// The C library's allocator, from which all of Swift's memory comes.
public enum Allocator {
  /// Free memory at the end of a heap that is kept. A node's output of 10,000 items of 200 bytes takes 5 MB.
  private static let keptBytes: Int32 = 32 << 20
  /// Blocks from this size on are the system's own, and go back to it one by one.
  private static let largestBytes: Int32 = 4 << 20

  /// Keeps memory that was freed for what comes next; called once, before there is work.
  ///
  /// Lists are made and dropped with every node. As it stands the library gives back what is free at the end of its
  /// heap from a few hundred KB on, and each page of the next list is fetched and cleared anew: so `set` took 1.5 times
  /// as long over 10,000 items, `splitOut` and `renameKeys` 1.6 and 1.7 times (`jobsprint bench --only nodes`).
  public static func keepFreedMemory() {
    _ = mallopt(M_TRIM_THRESHOLD, keptBytes)
    _ = mallopt(M_MMAP_THRESHOLD, largestBytes)
  }
}
