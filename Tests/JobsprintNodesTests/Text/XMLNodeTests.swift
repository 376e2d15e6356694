import JobsprintDomain
import Testing

@Suite("xml")
struct XMLNodeTests {
  private func parse(_ xml: String, _ options: String = "{}") async throws -> JSONValue? {
    try await SingleNodeRun(type: "n8n-nodes-base.xml", parameters: #"{"options": \#(options)}"#)
      .json(JSONValue.object(["data": .string(xml)]).jsonText)[0]
  }

  private func build(_ json: String, _ options: String = "{}") async throws -> String? {
    try await SingleNodeRun(type: "n8n-nodes-base.xml", parameters: #"{"mode": "jsonToxml", "options": \#(options)}"#)
      .value("data", json)?.stringValue
  }

  @Test func elementsBecomeFieldsAndRepeatedOnesArrays() async throws {
    #expect(
      try await parse("<a><b>1</b><c>x</c><b> 2 </b><d/></a>")
        == ["a": ["b": ["1", " 2 "], "c": "x", "d": ""]])
  }

  @Test func attributesLieBesideChildren() async throws {
    let xml = "<a x='1'><b y='2'>text</b></a>"
    #expect(try await parse(xml) == ["a": ["x": "1", "b": ["_": "text", "y": "2"]]])
    #expect(
      try await parse(xml, #"{"mergeAttrs": false}"#)
        == ["a": ["$": ["x": "1"], "b": ["_": "text", "$": ["y": "2"]]]])
    #expect(try await parse(xml, #"{"ignoreAttrs": true}"#) == ["a": ["b": "text"]])
    #expect(
      try await parse(xml, #"{"mergeAttrs": false, "attrkey": "@", "charkey": "t"}"#)
        == ["a": ["@": ["x": "1"], "b": ["t": "text", "@": ["y": "2"]]]])
  }

  @Test func optionsShapeTheResult() async throws {
    #expect(try await parse("<A><B>1</B></A>", #"{"normalizeTags": true}"#) == ["a": ["b": "1"]])
    #expect(try await parse("<a><b>1</b></a>", #"{"explicitRoot": false}"#) == ["b": "1"])
    #expect(try await parse("<a><b>1</b></a>", #"{"explicitArray": true}"#) == ["a": ["b": ["1"]]])
    #expect(try await parse("<a><b>1</b></a>", #"{"explicitCharkey": true}"#) == ["a": ["b": ["_": "1"]]])
    #expect(try await parse("<a> x   y </a>", #"{"trim": true}"#) == ["a": "x   y"])
    #expect(try await parse("<a> x   y </a>", #"{"normalize": true}"#) == ["a": "x y"])
  }

  @Test func namespacesCDATAAndReferencesAreRead() async throws {
    #expect(
      try await parse("<n:a xmlns:n='u'><n:b><![CDATA[<x>]]></n:b>&amp;&#65;</n:a>")
        == ["n:a": ["_": "&A", "xmlns:n": "u", "n:b": "<x>"]])
  }

  @Test(arguments: [
    ("<a><b></a>", "can't be read"), ("", "holds no XML text"), ("no xml", "can't be read"),
    ("<!DOCTYPE a [<!ENTITY x 'xxxxxxxx'><!ENTITY y '&x;&x;&x;&x;&x;&x;&x;&x;'>]><a>&y;</a>", "entit"),
    ("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "entit"), ("<a>&unknown;</a>", "unknown"),
  ])
  func badXMLIsAnErrorThatSaysWhy(xml: String, expected: String) async throws {
    let error = try await SingleNodeRun(type: "n8n-nodes-base.xml")
      .failure(JSONValue.object(["data": .string(xml)]).jsonText)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error?.message))")
  }

  @Test func deepXMLIsRefused() async throws {
    let xml = String(repeating: "<a>", count: 10_000) + String(repeating: "</a>", count: 10_000)
    #expect(try await SingleNodeRun(type: "n8n-nodes-base.xml").failure(#"{"data": "\#(xml)"}"#) != nil)
  }

  @Test func aMissingOrWrongFieldIsAnError() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.xml")
    #expect(try await node.failure("{}")?.message == "Item has no JSON property called \"data\"")
    #expect(try await node.failure(#"{"data": {"a": 1}}"#)?.message.contains("holds no XML text but a object") == true)
  }

  @Test func jsonIsWrittenWithItsOnlyKeyAsRoot() async throws {
    #expect(
      try await build(#"{"a": {"$": {"x": "1 & \"2\""}, "b": [1, "two"], "c": null, "d": {"_": "t<"}, "e": {}}}"#)
        == """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <a x="1 &amp; &quot;2&quot;">
          <b>1</b>
          <b>two</b>
          <c/>
          <d>t&lt;</d>
          <e/>
        </a>
        """)
  }

  @Test func severalKeysGetARoot() async throws {
    #expect(
      try await build(#"{"a": 1, "b": true}"#, #"{"headless": true}"#) == "<root>\n  <a>1</a>\n  <b>true</b>\n</root>")
    #expect(
      try await build(#"{"a": "x<y"}"#, #"{"headless": true, "rootName": "doc", "cdata": true}"#)
        == "<doc>\n  <a><![CDATA[x<y]]></a>\n</doc>")
  }

  @Test func namesAndTextsThatXMLCannotHoldAreErrors() async throws {
    let node = SingleNodeRun(type: "n8n-nodes-base.xml", parameters: #"{"mode": "jsonToxml"}"#)
    #expect(try await node.failure(#"{"a b": 1}"#)?.message.contains("'a b'") == true)
    #expect(try await node.failure(#"{"a": "\u0001"}"#)?.message.contains("U+1") == true)
  }
}
