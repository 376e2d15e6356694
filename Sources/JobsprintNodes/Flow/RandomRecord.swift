import JobsprintDomain

/// Makes sample records; the same seed makes the same ones.
struct RandomRecord {
  enum Kind: String, CaseIterable {
    case address, latLong, creditCard, email, ipv4, ipv6, macAddress, nanoid, url, user, uuid, semver
  }

  private let kind: Kind
  private let alphabet: Alphabet
  private let length: Int
  private var random: SeededGenerator

  /// - Parameters:
  ///   - seed: empty for records that nobody foresees.
  ///   - alphabet: of nano ids; empty for letters and digits.
  ///   - length: of nano ids.
  init(_ kind: Kind, seed: String, alphabet: String, length: Int) {
    self.kind = kind
    self.alphabet = alphabet.isEmpty ? .lettersAndDigits : Alphabet(alphabet)
    self.length = length
    random = seed.isEmpty ? SeededGenerator(UInt64.random(in: .min ... .max)) : SeededGenerator(seed)
  }

  mutating func next() -> JSONObject {
    switch kind {
    case .address:
      return [
        "firstname": pick(Self.firstNames), "lastname": pick(Self.lastNames),
        "street": .string("\(number(1...999)) \(word(Self.lastNames)) Street"), "city": pick(Self.cities),
        "zip": .string(digits(5)), "state": pick(Self.states), "country": "United States",
      ]
    case .latLong:
      return ["latitude": coordinate(90), "longitude": coordinate(180)]
    case .creditCard:
      return [
        "type": pick(["Visa", "MasterCard", "Discover"]), "number": .string("4" + digits(15)),
        "ccv": .string(digits(3)), "exp": .string("\(number(1...12))/\(number(2030...2039))"),
        "holder_name": .string(word(Self.firstNames) + " " + word(Self.lastNames)),
      ]
    case .email: return ["email": .string(email()), "confirmed": .bool(number(0...1) == 1)]
    case .ipv4: return ["ip": .string((0..<4).map { _ in "\(number(1...254))" }.joined(separator: "."))]
    case .ipv6: return ["ipv6": .string((0..<8).map { _ in hexadecimal(4) }.joined(separator: ":"))]
    case .macAddress: return ["mac": .string((0..<6).map { _ in hexadecimal(2) }.joined(separator: ":"))]
    case .nanoid:
      return [
        "nanoId": .string(characters(length, of: alphabet)), "customAlphabet": .string(alphabet.text),
        "customLength": .string("\(length)"),
      ]
    case .url: return ["url": .string("https://" + word(Self.words) + "-" + word(Self.words) + ".example")]
    case .user:
      return [
        "uid": .string(uuid()), "email": .string(email()), "firstname": pick(Self.firstNames),
        "lastname": pick(Self.lastNames), "password": .string(characters(12, of: alphabet)),
      ]
    case .uuid: return ["uuid": .string(uuid())]
    case .semver: return ["version": .string("\(number(0...9)).\(number(0...20)).\(number(0...20))")]
    }
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  private mutating func pick(_ choices: [String]) -> JSONValue { .string(word(choices)) }

  private mutating func word(_ choices: [String]) -> String { choices[number(0...choices.count - 1)] }

  private mutating func characters(_ count: Int, of alphabet: Alphabet) -> String {
    guard let bytes = alphabet.bytes else {
      return String((0..<count).map { _ in alphabet.characters[number(0...alphabet.characters.count - 1)] })
    }
    return String(unsafeUninitializedCapacity: count) { text in
      for place in 0..<count { text[place] = bytes[number(0...bytes.count - 1)] }
      return count
    }
  }

  private mutating func digits(_ count: Int) -> String { characters(count, of: .digits) }

  private mutating func hexadecimal(_ count: Int) -> String { characters(count, of: .hexadecimalDigits) }

  /// To a millionth of a degree.
  private mutating func coordinate(_ degrees: Int) -> JSONValue {
    .number(Double(number(-degrees * 1_000_000...degrees * 1_000_000)) / 1_000_000)
  }

  private mutating func email() -> String {
    word(Self.firstNames) + String(number(1...99)) + "@" + word(Self.words) + ".example"
  }

  /// Version 4 in form.
  private mutating func uuid() -> String {
    String(unsafeUninitializedCapacity: Self.uuidForm.utf8.count) { text in
      for (place, mark) in Self.uuidForm.utf8.enumerated() {
        let digit = UInt8(ascii: "x")
        text[place] = mark == digit ? Self.hexadecimalDigits[number(0...15)] : mark
      }
      return Self.uuidForm.utf8.count
    }
  }

  private static let uuidForm = "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx"
  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)
  private static let firstNames = [
    "Ada", "Bela", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Liam", "Mira",
    "Nils", "Olga", "Paul",
  ]
  private static let lastNames = [
    "Adler", "Brandt", "Castro", "Dubois", "Evans", "Fischer", "Garcia", "Hansen", "Ivanov", "Jensen", "Keller",
    "Lopez", "Meyer", "Novak", "Olsen", "Park",
  ]
  private static let cities = ["Springfield", "Riverside", "Franklin", "Clinton", "Fairview", "Salem", "Madison"]
  private static let states = ["Ohio", "Texas", "Maine", "Nevada", "Oregon", "Utah", "Iowa", "Alaska"]
  private static let words = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "island"]
}

/// What texts are made of.
private struct Alphabet {
  let text: String
  let characters: [Character]
  /// nil where not all of them are ASCII.
  let bytes: [UInt8]?

  init(_ text: String) {
    self.text = text
    characters = Array(text)
    bytes = text.utf8.count == characters.count ? Array(text.utf8) : nil
  }

  static let digits = Alphabet("0123456789")
  static let hexadecimalDigits = Alphabet("0123456789abcdef")
  static let lettersAndDigits = Alphabet("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

/// SplitMix64 over the seed's FNV-1a hash: enough for sample data, the same on every machine.
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ state: UInt64) { self.state = state }

  init(_ seed: String) {
    state = seed.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
