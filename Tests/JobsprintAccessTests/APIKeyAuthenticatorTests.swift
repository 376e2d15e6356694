import Crypto
import JobsprintAccess
import JobsprintDomain
import JobsprintMemory
import JobsprintPorts
import JobsprintTesting
import Testing

@Suite struct APIKeyAuthenticatorTests {
  private let store = SpyKeyStore()
  private let clock = TestClock()
  private let key = "correct-horse-battery-staple-0123456789"

  private var authenticator: APIKeyAuthenticator {
    APIKeyAuthenticator(store: store, epoch: MemoryAccessEpoch(), clock: clock, isSoleWriter: true)
  }

  private func hash(_ key: String) -> [UInt8] { Array(SHA256.hash(data: Array(key.utf8))) }

  // MARK: Who a key belongs to

  @Test func aRightKeyIsItsOwner() async throws {
    let authenticator = authenticator
    _ = try await authenticator.bootstrap(presented: key, id: .numbered(1), entry: .numbered(1))
    #expect(
      try await authenticator.principal(forKey: key) == Principal(workspace: .initial, key: APIKeyID.numbered(1)))
    // Another process finds it as well.
    #expect(try await self.authenticator.principal(forKey: key)?.key == .numbered(1))
  }

  @Test func aWrongKeyIsNobody() async throws {
    let authenticator = authenticator
    _ = try await authenticator.bootstrap(presented: key, id: .numbered(1), entry: .numbered(1))
    let hex = hash(key).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    for wrong in [key + "0", String(key.dropLast()), key.uppercased(), " " + key, key + "\n", key + "\0", hex] {
      #expect(try await authenticator.principal(forKey: wrong) == nil)
    }
  }

  @Test func ofManyKeysEachIsItsOwn() async throws {
    let authenticator = authenticator
    for number in 1...3 {
      _ = try await authenticator.bootstrap(
        presented: key + "\(number)", id: .numbered(number), entry: .numbered(number))
    }
    for number in [3, 1, 2] {
      #expect(try await authenticator.principal(forKey: key + "\(number)")?.key == .numbered(number))
    }
  }

  @Test(arguments: [0, 1, 31, 513, 100_000])
  func aKeyOfAnImpossibleLengthIsNobodyAndTheStoreIsNotAsked(length: Int) async throws {
    let malformed = String(repeating: "a", count: length)
    _ = try await store.insert(
      APIKeyRecord(
        id: .numbered(9), workspace: .initial, label: "odd", hash: hash(malformed), scopes: [], createdAt: .seconds(0)),
      recording: .noted())
    #expect(try await authenticator.principal(forKey: malformed) == nil)
    #expect(store.lookups == 0)
  }

  @Test(arguments: [32, 512])
  func theLimitsOfTheLengthAreKeys(length: Int) async throws {
    let key = String(repeating: "k", count: length)
    let authenticator = authenticator
    #expect(try await authenticator.bootstrap(presented: key, id: .numbered(1), entry: .numbered(1)) == nil)
    #expect(try await authenticator.principal(forKey: key)?.key == .numbered(1))
  }

  @Test func theLengthIsCountedInBytes() async throws {
    let sixteen = String(repeating: "é", count: 16)
    let authenticator = authenticator
    _ = try await authenticator.bootstrap(presented: sixteen, id: .numbered(1), entry: .numbered(1))
    #expect(try await authenticator.principal(forKey: sixteen) != nil)
    // The same word for a reader, other bytes: another key.
    #expect(try await authenticator.principal(forKey: String(repeating: "e\u{301}", count: 16)) == nil)
  }

  @Test func aKnownKeyIsLookedUpOnceAnUnknownOneEachTime() async throws {
    let authenticator = authenticator
    _ = try await authenticator.bootstrap(presented: key, id: .numbered(1), entry: .numbered(1))
    for _ in 0..<3 { _ = try await authenticator.principal(forKey: key) }
    #expect(store.lookups == 1)
    for _ in 0..<3 { _ = try await authenticator.principal(forKey: key + "x") }
    #expect(store.lookups == 4)
  }

  @Test func aKeyThatCameLaterIsFound() async throws {
    let authenticator = authenticator
    #expect(try await authenticator.principal(forKey: key) == nil)
    _ = try await authenticator.bootstrap(presented: key, id: .numbered(1), entry: .numbered(1))
    #expect(try await authenticator.principal(forKey: key)?.key == .numbered(1))
  }

  // MARK: The first key

  @Test func whereThereIsNoKeyOneIsMadeAndShownOnce() async throws {
    let authenticator = authenticator
    let made = try #require(try await authenticator.bootstrap(presented: nil, id: .numbered(1), entry: .numbered(1)))
    #expect(made.hasPrefix("jsk_"))
    #expect(made.dropFirst(4).utf8.count == 64)
    #expect(made.dropFirst(4).utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    #expect(try await authenticator.principal(forKey: made)?.key == .numbered(1))
    #expect(try await authenticator.bootstrap(presented: nil, id: .numbered(2), entry: .numbered(2)) == nil)
    #expect(store.inserted.count == 1)
    #expect(store.inserted.first?.createdAt == clock.now)
  }

  @Test func everyKeyThatIsMadeIsAnother() async throws {
    var keys: Set<String> = []
    for _ in 0..<50 {
      let authenticator = APIKeyAuthenticator(
        store: MemoryAPIKeyStore(MemoryStore()), epoch: MemoryAccessEpoch(), clock: clock, isSoleWriter: true)
      keys.insert(
        try #require(try await authenticator.bootstrap(presented: nil, id: .numbered(1), entry: .numbered(1))))
    }
    #expect(keys.count == 50)
  }

  @Test func theOperatorsKeyIsAddedToOthersAndTakenOnce() async throws {
    let authenticator = authenticator
    let made = try #require(try await authenticator.bootstrap(presented: nil, id: .numbered(1), entry: .numbered(1)))
    for number in [2, 3] {
      #expect(try await authenticator.bootstrap(presented: key, id: .numbered(number), entry: .numbered(number)) == nil)
    }
    #expect(try await authenticator.principal(forKey: key)?.key == .numbered(2))
    #expect(try await authenticator.principal(forKey: made)?.key == .numbered(1))
  }

  // MARK: Secrets

  @Test(arguments: [true, false])
  func aKeyIsStoredOnlyAsItsHash(isPresented: Bool) async throws {
    let made = try await authenticator.bootstrap(
      presented: isPresented ? key : nil, id: .numbered(1), entry: .numbered(1))
    let secret = made ?? key
    let record = try #require(store.inserted.first)
    #expect(record.hash == hash(secret))
    #expect(record.workspace == .initial)
    #expect(!String(reflecting: record).contains(secret))
    #expect(!String(reflecting: record).contains(secret.dropFirst(4)))
  }

  @Test(arguments: ["", "hunter2-hunter2", String(repeating: "long-secret-", count: 50)])
  func aWeakKeyIsRefusedAndTheErrorDoesNotTellIt(weak: String) async throws {
    let error = await #expect(throws: AccessError.self) {
      try await authenticator.bootstrap(presented: weak, id: .numbered(1), entry: .numbered(1))
    }
    let message = try #require(error?.message)
    #expect(error?.code == .weakKey)
    #expect(message.contains("JOBSPRINT_BOOTSTRAP_API_KEY has \(weak.utf8.count) characters"))
    #expect(message.contains("openssl rand -hex 32"))
    if !weak.isEmpty { #expect(!String(reflecting: error).contains(weak.prefix(8))) }
    #expect(try await !store.hasAny())
  }

  @Test func aFailureOfTheStoreIsNoRefusalAndDoesNotTellTheKey() async {
    let authenticator = APIKeyAuthenticator(
      store: BrokenKeyStore(), epoch: MemoryAccessEpoch(), clock: clock, isSoleWriter: true)
    let failure = await #expect(throws: PortError.self) { try await authenticator.principal(forKey: key) }
    #expect(failure?.code == .unavailable)
    #expect(!String(reflecting: failure).contains(key))
    for presented in [key, nil] {
      let failure = await #expect(throws: PortError.self) {
        try await authenticator.bootstrap(presented: presented, id: .numbered(1), entry: .numbered(1))
      }
      #expect(!String(reflecting: failure).contains(key))
    }
  }
}
