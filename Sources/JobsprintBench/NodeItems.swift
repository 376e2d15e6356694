import JobsprintDomain

/// What the 10,000 items of a case hold: about 200 bytes each.
enum NodeItems: String, Sendable, CaseIterable {
  case customers
  /// With another `amount` in every tenth.
  case changedCustomers
  /// A customer as a web page, in `data`.
  case pages
  /// A customer as XML, in `data`.
  case documents
  /// A token of 200 bytes, in `token`.
  case tokens
  /// A customer as a file of JSON each.
  case files
  /// One item: the customers as one file of comma-separated values.
  case table

  var items: [Item] {
    switch self {
    case .table: [Item(json: [:], binary: Self.file(Self.commaSeparated, "customers.csv", "text/csv"))]
    default: (0..<NodeCase.count).map { item($0) }
    }
  }

  private func item(_ number: Int) -> Item {
    let customer = Self.customer(number, isChanged: self == .changedCustomers && number % 10 == 0)
    switch self {
    case .customers, .changedCustomers, .table: return Item(json: customer)
    case .tokens: return Item(json: ["token": .string(Self.token)])
    case .files:
      return Item(
        json: [:], binary: Self.file(JSONValue.object(customer).jsonBytes, "customer.json", "application/json"))
    case .pages:
      return Item(
        json: [
          "data": .string(
            """
            <html><body><h1>Customer \(number)</h1><p class="region">north &amp; south</p><ul><li>retail</li>\
            <li>tier-\(number % 5)</li></ul><a href="mailto:customer.\(number)@example.com">Write</a></body></html>
            """)
        ])
    case .documents:
      return Item(
        json: [
          "data": .string(
            """
            <customer id="\(number)"><name>Customer \(number)</name><email>customer.\(number)@example.com</email>\
            <region>north &amp; south</region><tags><tag>retail</tag><tag>tier-\(number % 5)</tag></tags></customer>
            """)
        ])
    }
  }

  private static func customer(_ number: Int, isChanged: Bool) -> JSONObject {
    let regions: [JSONValue] = ["north", "south", "east", "west"]
    var item: JSONObject = [:]
    item["id"] = .integer(Int64(number))
    item["name"] = .string("Customer \((number &* 7919) % NodeCase.count)")
    item["email"] = .string("customer.\(number)@example.com")
    item["region"] = regions[number % 4]
    item["amount"] = .integer(isChanged ? -1 : Int64((number &* 31) % 1000))
    item["active"] = .bool(number % 3 == 0)
    item["tags"] = ["retail", .string("tier-\(number % 5)")]
    item["since"] = .string("20\(10 + number % 16)-0\(1 + number % 9)-1\(number % 10)T08:30:00.000Z")
    return item
  }

  private static func file(_ bytes: [UInt8], _ name: String, _ type: String) -> JSONObject {
    ["data": ["data": .string(Base64.text(bytes)), "mimeType": .string(type), "fileName": .string(name)]]
  }

  private static var commaSeparated: [UInt8] {
    var text = "id,name,email,region,amount,active,tags,since\n"
    for number in 0..<NodeCase.count {
      let since = "2016-01-13T08:30:00.000Z"
      text += "\(number),Customer \(number),customer.\(number)@example.com,north,\(number % 1000),TRUE,"
      text += "\"[\"\"retail\"\",\"\"tier-\(number % 5)\"\"]\",\(since)\n"
    }
    return Array(text.utf8)
  }

  /// Signed by HS256 with the passphrase `secret`.
  private static let token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    + "eyJzdWJqZWN0IjoiY3VzdG9tZXIuMUBleGFtcGxlLmNvbSIsIm5hbWUiOiJDdXN0b21lciAxIiwicmVnaW9uIjoibm9ydGgiLCJp"
    + "YXQiOjE3MDAwMDAwMDB9."
    + "3YL0EQsEJEPD8CC4PmFgcA4meLfa7NTT9iXMml2XQ9c"
}
