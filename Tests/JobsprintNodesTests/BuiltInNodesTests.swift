import JobsprintDomain
import JobsprintNodes
import JobsprintPorts
import Testing

struct BuiltInNodesTests {
  private let descriptions = BuiltInNodes.all(includingTestNodes: TestNodeOptions(ledgerPath: nil)).map(\.description)

  @Test func everyTypeIsThereOnce() {
    #expect(Set(descriptions.map(\.type)).count == descriptions.count)
  }

  @Test func everyNodeRunsAsTheNearestLowerVersionThatItHas() throws {
    for description in descriptions {
      #expect(description.versions == description.versions.sorted(), "\(description.type)")
    }
    let set = try #require(descriptions.first { $0.type == "n8n-nodes-base.set" })
    #expect([3.3, 3.35, 9, 0.5].map { set.version(for: $0) } == [3.3, 3.3, 3.4, 1])
  }

  @Test func everyNodeButThoseWithoutParametersNamesThem() {
    let bare = descriptions.filter(\.parameters.isEmpty).map(\.type)
    #expect(Set(bare) == ["n8n-nodes-base.manualTrigger", "n8n-nodes-base.start", "n8n-nodes-base.noOp"])
  }

  @Test func everyParameterIsDescribedOnceAndItsDefaultIsAChoice() {
    for description in descriptions {
      #expect(Set(description.parameters.map(\.path)).count == description.parameters.count, "\(description.type)")
      for parameter in description.parameters {
        let name = "\(description.type): \(parameter.path)"
        #expect(parameter.summary.hasSuffix("."), "\(name)")
        #expect((parameter.kind == .choice) == !parameter.choices.isEmpty, "\(name)")
        if parameter.kind == .choice, let value = parameter.defaultValue?.stringValue {
          #expect(parameter.choices.contains(value), "\(name)")
        }
      }
    }
  }
}
