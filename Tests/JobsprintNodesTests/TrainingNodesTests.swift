import JobsprintDomain
import Testing

struct TrainingNodesTests {
  private func names(_ parameters: String, _ items: String = "[{}]") async throws -> [String] {
    try await data("n8nTrainingCustomerDatastore", parameters, items).compactMap { $0["name"]?.stringValue }
  }

  @Test func theDatastoreGivesAsManyCustomersAsAreWanted() async throws {
    #expect(try await names("{}", "[{}, {}]") == ["Jay Gatsby", "Jay Gatsby"])
    #expect(try await names(#"{"operation": "getAllPeople"}"#).count == 5)
    #expect(try await names(#"{"operation": "getAllPeople", "limit": 2}"#).last == "José Arcadio Buendía")
    #expect(try await names(#"{"operation": "getAllPeople", "limit": -1}"#).isEmpty)
    #expect(try await names(#"{"operation": "getAllPeople", "limit": 2, "returnAll": true}"#).count == 5)
    #expect(try await failure("n8nTrainingCustomerDatastore", #"{"operation": "x"}"#, "[{}]").contains("can't be 'x'"))
  }

  @Test func customersArePairedWithTheItemThatAskedForThem() async throws {
    let trial = try NodeTrial(
      "n8nTrainingCustomerDatastore", #"{"operation": "getAllPeople", "limit": 2}"#, "[{}, {}]")
    #expect(try await trial.origins() == [[0], [0], [1], [1]])
  }

  @Test func theMessengerSaysWhatItWouldSend() async throws {
    let parameters = #"{"customerId": "={{ $json.id }}", "message": "Hello"}"#
    #expect(
      try await data("n8nTrainingCustomerMessenger", parameters, #"[{"id": 7}]"#)
        == [["output": "Sent message to customer 7:  Hello"]])
  }
}
