import JobsprintDomain
import JobsprintPorts

/// Puts out the customers of n8n's tutorials, which its documentation shows as example data.
struct CustomerDatastoreNode: NodeType {
  let description = NodeDescription(
    type: "n8n-nodes-base.n8nTrainingCustomerDatastore", displayName: "Customer Datastore (n8n training)",
    summary: "Puts out the five customers of n8n's tutorials.", versions: [1],
    parameters: [
      NodeParameter(
        "operation", .choice, "One customer for each item, or all of them.", default: "getOnePerson",
        choices: ["getOnePerson", "getAllPeople"]),
      NodeParameter("returnAll", .boolean, "getAllPeople: without a limit.", default: false),
      NodeParameter("limit", .number, "getAllPeople: the most customers that are put out.", default: 5),
    ])

  func run(_ context: NodeContext) async throws(NodeError) -> NodeResult {
    try context.itemsByItem { (_, place) throws(NodeError) in
      let customers = try Self.customers.prefix(count(context, item: place))
      return customers.map { Item(json: $0, pairedItem: PairedItem(item: place)) }
    }
  }

  private func count(_ context: NodeContext, item: Int) throws(NodeError) -> Int {
    switch try context.string("operation", item: item, default: "getOnePerson") {
    case "getOnePerson": return 1
    case "getAllPeople":
      if try context.bool("returnAll", item: item) { return Self.customers.count }
      let limit = try context.number("limit", item: item, default: 5)
      return Int(min(max(limit, 0), Double(Self.customers.count)))
    case let choice: throw context.unknownChoice("operation", choice, ["getOnePerson", "getAllPeople"], item: item)
    }
  }

  private static let customers = [
    customer(
      "23423532", "Jay Gatsby", "gatsby@west-egg.com", "Keeps asking about a green light??", "US", "1925-04-10"),
    customer(
      "23423533", "José Arcadio Buendía", "jab@macondo.co", "Lots of people named after him. Very confusing", "CO",
      "1967-05-05"),
    customer(
      "23423534", "Max Sendak", "info@in-and-out-of-weeks.org", "Keeps rolling his terrible eyes", "US", "1963-04-09"),
    customer(
      "23423535", "Zaphod Beeblebrox", "captain@heartofgold.com", "Felt like I was talking to more than one person",
      .null, "1979-10-12"),
    customer("23423536", "Edmund Pevensie", "edmund@narnia.gov", "Passionate sailor", "UK", "1950-10-16"),
  ]

  private static func customer(
    _ id: JSONValue, _ name: JSONValue, _ email: JSONValue, _ notes: JSONValue, _ country: JSONValue,
    _ created: JSONValue
  ) -> JSONObject {
    ["id": id, "name": name, "email": email, "notes": notes, "country": country, "created": created]
  }
}
