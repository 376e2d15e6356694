import JobsprintDomain
import JobsprintTesting

/// Random JSON values with a liking for what goes wrong: limits of numbers, escapes, long objects, odd keys.
struct RandomJSON {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func value(depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth < 5 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(integer())
    case 3: return .double(double())
    case 4, 5: return .string(string())
    case 6: return .array((0..<Int.random(in: 0...6, using: &generator)).map { _ in value(depth: depth + 1) })
    default: return .object(object(depth: depth))
    }
  }

  mutating func object(depth: Int = 0) -> JSONObject {
    // Beyond 16 keys an object is searched in another way.
    let count = generator.chance(10) ? 40 : Int.random(in: 0...6, using: &generator)
    var object = JSONObject()
    for _ in 0..<count { object[key()] = value(depth: depth + 1) }
    return object
  }

  private mutating func key() -> String {
    let odd = ["", "__proto__", "constructor", "\0", "a/b~c", "\"", "\\", "0", " ", "é"]
    return generator.chance(20) ? odd[Int.random(in: odd.indices, using: &generator)] : string()
  }

  private mutating func integer() -> Int64 {
    let limits: [Int64] = [.min, .min + 1, -1, 0, 1, 9, 10, 9_007_199_254_740_993, .max - 1, .max]
    if generator.chance(30) { return limits[Int.random(in: limits.indices, using: &generator)] }
    return Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)
  }

  private mutating func double() -> Double {
    if generator.chance(40) { return Double(integer() >> 11) / 1000 }
    let value = Double(bitPattern: generator.next())
    // Whole numbers between these limits read back as integers: see `aLargeWholeDoubleReadsBackAsTheSameNumber`.
    let isOnlyNearlyAnInteger = value.magnitude > 9_007_199_254_740_992 && Int64(exactly: value) != nil
    return value.isFinite && !isOnlyNearlyAnInteger ? value : 0.5
  }

  private mutating func string() -> String {
    let ranges: [ClosedRange<UInt32>] = [0...0x1F, 0x20...0x7E, 0x80...0x7FF, 0x3041...0x3096, 0x1F300...0x1F5FF]
    var text = ""
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      let range = ranges[generator.chance(60) ? 1 : Int.random(in: ranges.indices, using: &generator)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { text.unicodeScalars.append(scalar) }
    }
    return text
  }
}
