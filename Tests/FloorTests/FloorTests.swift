import Testing

struct FloorTests {
  @Test func everyImportStaysOnItsFloor() throws {
    let files = try SourceFile.all(below: "Sources")
    #expect(files.count > 50)
    #expect(files.flatMap(FloorPlan.violations) == [])
  }

  @Test func everyFloorHasItsTarget() throws {
    let targets = Set(try SourceFile.all(below: "Sources").map(\.target))
    #expect(targets == Set(FloorPlan.floors.keys))
  }

  @Test func theHouseRulesHold() throws {
    let inSources = try SourceFile.all(below: "Sources").flatMap(HouseRules.violations(in:))
    #expect(inSources == [])
    let inTests = try SourceFile.all(below: "Tests").flatMap(HouseRules.violations(inTest:))
    #expect(inTests == [])
  }

  /// Each is one line that some rule forbids.
  @Test(arguments: [
    ("JobsprintEngine", "import JobsprintPorts"),
    ("JobsprintEngine", "public import Logging"),
    ("JobsprintSQLite", "import JobsprintMemory"),
    ("JobsprintMemory", "@testable import JobsprintRuntime"),
    ("JobsprintAPI", "import JobsprintSQLite"),
    ("JobsprintNodes", "import GRDB"),
    ("JobsprintRuntime", "import Hummingbird"),
    ("JobsprintBootstrap", "import ArgumentParser"),
    ("Unheard", "import JobsprintDomain"),
  ])
  func aForbiddenImportIsFound(target: String, line: String) {
    let file = SourceFile(path: "Sources/\(target)/Planted.swift", text: "// A story.\n\n\(line)\n")
    #expect(FloorPlan.violations(in: file).count == 1)
  }

  @Test(arguments: [
    "let value = try! read()", "let value = other as! String", "default: fatalError(\"never\")",
    "final class Box: @unchecked Sendable {", "print(value)", "let sql = \"SELECT id FROM executions\"",
    "// later\nlet x = 1  \nfunc f() { preconditionFailure(\"x\") }",
  ])
  func aBrokenHouseRuleIsFound(text: String) {
    let file = SourceFile(path: "Sources/JobsprintRuntime/Planted.swift", text: text)
    #expect(HouseRules.violations(in: file).count == 1)
  }

  @Test(arguments: [
    "// try! is what this avoids", "let text = \"fatalError(\"",
    "// It has one owner.\nfinal class Box: @unchecked Sendable {",
  ])
  func whatIsAllowedIsNotReported(text: String) {
    let file = SourceFile(path: "Sources/JobsprintRuntime/Planted.swift", text: text)
    #expect(HouseRules.violations(in: file) == [])
  }

  @Test func aSleepInATestIsFound() {
    let file = SourceFile(path: "Tests/Planted/Planted.swift", text: "try await Task.sleep(for: .seconds(1))")
    #expect(HouseRules.violations(inTest: file).count == 1)
  }
}
