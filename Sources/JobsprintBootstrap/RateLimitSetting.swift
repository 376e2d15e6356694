import JobsprintAPI
import JobsprintPorts

/// `read=600/60,execute=100/1`: requests and seconds for each class that is limited.
enum RateLimitSetting {
  /// Who is not known is limited in any case: fifty a second, because behind a proxy all of them have one address.
  static let standard: [RateClass: RateQuota] = [.anonymous: RateQuota(limit: 3000, window: .seconds(60))]

  static let expectation =
    "class=requests/seconds,… with the classes \(RateClass.allCases.map(\.rawValue).joined(separator: ", ")), "
    + "requests from 1 to 1000000 and seconds from 1 to 86400, such as read=600/60,execute=100/1"

  /// nil for a text that is none. What it does not name stays as it is by itself.
  static func quotas(_ text: String) -> [RateClass: RateQuota]? {
    var quotas = standard
    for part in text.split(separator: ",") {
      let pair = part.split(separator: "=").map { $0.filter { $0 != " " } }
      let numbers = (pair.last ?? "").split(separator: "/").map { Int($0) }
      guard pair.count == 2, let kind = RateClass(rawValue: pair[0]), numbers.count == 2, let limit = numbers[0],
        let seconds = numbers[1], (1...1_000_000).contains(limit), (1...86_400).contains(seconds)
      else { return nil }
      quotas[kind] = RateQuota(limit: limit, window: .seconds(seconds))
    }
    return quotas
  }
}
