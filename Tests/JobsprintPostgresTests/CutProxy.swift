// Stands between the program and its server, reads what passes as PostgreSQL's protocol
// (https://www.postgresql.org/docs/current/protocol-message-formats.html), and cuts a connection at the one moment that
// matters: around the end of a transaction that runs a given statement. Threads, not tasks: the flow under test needs
// those.

import Foundation
import Glibc
import Postgres
import Synchronization

final class CutProxy: Sendable {
  enum Cut: Sendable, CaseIterable {
    /// The end of the transaction never reaches the server.
    case before
    /// The server has ended the transaction and said so; nobody hears it.
    case after
  }

  private struct Order {
    let cut: Cut
    let takesAway: Bool
    let matches: @Sendable (String) -> Bool
  }

  private struct State {
    var order: Order?
    var isAway = false
    var isSilent = false
    var sockets: Set<Int32> = []
    var cuts = 0
  }

  let port: UInt16
  private let server: UInt16
  private let listener: Int32
  private let state = Mutex(State())

  /// - Parameter server: a port on this machine.
  init(before server: UInt16) throws {
    self.server = server
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.address(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    guard isOpen else { throw PostgresError(.connectFailed, "the proxy can't listen: error \(errno)") }
    Thread.detachNewThread { [self] in accept() }
  }

  /// Ends everything.
  func close() {
    shutdown(listener, Int32(SHUT_RDWR))
    goAway()
  }

  /// Cuts the next connection whose transaction runs such a statement, once.
  /// - Parameter takesAway: then all others too, and nobody gets through until ``comeBack()``.
  func cut(_ cut: Cut, takesAway: Bool = false, where matches: @escaping @Sendable (String) -> Bool) {
    state.withLock { $0.order = Order(cut: cut, takesAway: takesAway, matches: matches) }
  }

  /// How many connections were cut.
  var cuts: Int { state.withLock { $0.cuts } }

  func goAway() {
    state.withLock { state in
      state.isAway = true
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  func comeBack() { state.withLock { $0.isAway = false } }

  /// Swallows all that comes, from both sides, on old connections and new ones: none of them ends.
  func fallSilent() { state.withLock { $0.isSilent = true } }

  /// New connections get through; what was swallowed is gone, and so are the connections that it was swallowed on.
  func speakAgain() {
    goAway()
    state.withLock { state in
      state.isSilent = false
      state.isAway = false
    }
  }

  // MARK: inside

  private static func address(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else {
        Glibc.close(listener)
        return
      }
      let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = Self.address(server)
      let isThrough = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      let isWanted = state.withLock { state in
        guard isThrough, !state.isAway else { return false }
        state.sockets.formUnion([client, upstream])
        return true
      }
      guard isWanted else {
        Glibc.close(client)
        Glibc.close(upstream)
        continue
      }
      Thread.detachNewThread { [self] in
        pass(client, upstream)
        state.withLock { state in
          // Closed under the lock: nobody shuts down a number that is another socket's by now.
          state.sockets.subtract([client, upstream])
          Glibc.close(client)
          Glibc.close(upstream)
        }
      }
    }
  }

  private func pass(_ client: Int32, _ upstream: Int32) {
    var session = Session()
    while true {
      var sockets = [
        pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
      ]
      guard poll(&sockets, 2, -1) > 0 else { continue }
      if sockets[1].revents != 0 {
        guard let bytes = Self.read(upstream) else { return }
        if isSilent { continue }
        let isOver = session.received(bytes)
        if session.silentUntil == nil { guard Self.write(bytes, to: client) else { return } }
        if isOver { return struck() }
      }
      if sockets[0].revents != 0 {
        guard let bytes = Self.read(client) else { return }
        if isSilent { continue }
        let (passed, isOver) = session.sent(bytes, order: { self.order(for: $0) })
        guard Self.write(passed, to: upstream) else { return }
        if isOver { return struck() }
      }
    }
  }

  private var isSilent: Bool { state.withLock { $0.isSilent } }

  /// Takes the order that a statement is the subject of.
  private func order(for sql: String) -> Cut? {
    state.withLock { state in
      guard let order = state.order, order.matches(sql) else { return nil }
      state.order = nil
      if order.takesAway { state.isAway = true }
      return order.cut
    }
  }

  private func struck() {
    let isAway = state.withLock { state in
      state.cuts += 1
      return state.isAway
    }
    if isAway { goAway() }
  }

  private static func read(_ socket: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &bytes, bytes.count, 0)
    return count > 0 ? Array(bytes.prefix(count)) : nil
  }

  private static func write(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest.removeFirst(count)
    }
    return true
  }
}

/// What is known of one connection.
private struct Session {
  private var fromClient: [UInt8] = []
  private var fromServer: [UInt8] = []
  private var isStarted = false
  private var statements: [String: String] = [:]
  /// Of the transaction that is being sent.
  private var cut: CutProxy.Cut?
  /// The server is ready once after the start, and after each sync.
  private var readyExpected = 1
  private var readySeen = 0
  /// Nothing that the server says is passed on; the connection is over when it was ready so often.
  private(set) var silentUntil: Int?

  /// - Returns: whether the connection is to be cut.
  mutating func received(_ bytes: [UInt8]) -> Bool {
    fromServer += bytes
    while let message = Self.message(in: &fromServer, tagged: true) {
      if message[0] == UInt8(ascii: "Z") { readySeen += 1 }
    }
    return silentUntil.map { readySeen >= $0 } ?? false
  }

  /// - Returns: what is passed on, and whether the connection is to be cut behind it.
  mutating func sent(_ bytes: [UInt8], order: (String) -> CutProxy.Cut?) -> (passed: [UInt8], isOver: Bool) {
    fromClient += bytes
    var passed: [UInt8] = []
    while let message = Self.message(in: &fromClient, tagged: isStarted) {
      guard isStarted else {
        isStarted = true
        passed += message
        continue
      }
      switch message[0] {
      case UInt8(ascii: "P"):
        let texts = message.dropFirst(5).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        statements[String(decoding: texts[0], as: UTF8.self)] = String(decoding: texts[1], as: UTF8.self)
      case UInt8(ascii: "B"):
        let texts = message.dropFirst(5).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        if cut == nil, silentUntil == nil, let sql = statements[String(decoding: texts[1], as: UTF8.self)] {
          cut = order(sql)
        }
      case UInt8(ascii: "S"):
        if cut == .before { return (passed, true) }
        readyExpected += 1
        if cut == .after { silentUntil = readyExpected }
        cut = nil
      default: break
      }
      passed += message
    }
    return (passed, false)
  }

  /// Takes the first message, if it is there as a whole. The very first of a client has no letter in front.
  private static func message(in buffer: inout [UInt8], tagged: Bool) -> [UInt8]? {
    let head = tagged ? 1 : 0
    guard buffer.count >= head + 4 else { return nil }
    let length = buffer[head..<head + 4].reduce(0) { $0 << 8 | Int($1) } + head
    guard buffer.count >= length else { return nil }
    defer { buffer.removeFirst(length) }
    return Array(buffer[..<length])
  }
}

extension PostgresOptions {
  /// The same server, through the proxy.
  func through(_ proxy: CutProxy) -> PostgresOptions {
    var options = self
    options.parameters["port"] = "\(proxy.port)"
    // What the proxy reads.
    options.parameters["sslmode"] = "disable"
    options.parameters["gssencmode"] = "disable"
    return options
  }
}
