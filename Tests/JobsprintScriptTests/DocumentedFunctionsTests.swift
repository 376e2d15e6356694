import Foundation
import JobsprintDomain
import JobsprintPorts
import JobsprintScript
import JobsprintTesting
import Testing

/// Every function of n8n's expression reference with each of its parameters, and what it says of a wrong one. Where an
/// expression needs no JavaScript, the native evaluator has to say the same.
@Suite struct DocumentedFunctionsTests {
  private static let sandbox = SandboxEvaluator(
    SandboxOptions(executable: ServerProcess.builtProgram("jobsprint-sandbox").path), timezone: "Europe/Berlin")

  private static let people: JSONValue = [
    ["name": "Ida", "town": "Bern", "age": 31], ["name": "Ole", "town": "Bern"], ["name": "Ida", "town": "Oslo"],
  ]

  private static var scene: Scene {
    var scene = Scene(json: ["people": people, "word": "Tea", "n": 7.25, "nothing": .null])
    scene.timezone = "Europe/Berlin"
    return scene
  }

  static let arrays: [(String, JSONValue?)] = [
    ("['a'].append('b', 'c')", ["a", "b", "c"]), ("[4, 8].average()", 6), ("[1, 2, 3].chunk(2)", [[1, 2], [3]]),
    ("[1, null, '', 0, undefined].compact()", [1, 0]), ("[1].concat([2], [3])", [1, 2, 3]),
    ("['x', 'y', 'z'].difference(['y'])", ["x", "z"]), ("[5, 6].first()", 5), ("[5, 6].last()", 6),
    ("[1, 2, 3].intersection([3, 4, 1])", [1, 3]), ("[].isEmpty()", true), ("[0].isEmpty()", false),
    ("[0].isNotEmpty()", true), ("[].isNotEmpty()", false), ("[3, 9, 4].max()", 9), ("[3, 9, 4].min()", 3),
    ("$json.people.pluck('age')", [31]), ("$json.people.pluck('name', 'age')", [["Ida", 31], "Ole", "Ida"]),
    ("[7].randomItem()", 7), ("[1, 2, 1].removeDuplicates()", [1, 2]),
    ("$json.people.removeDuplicates('town').pluck('name')", ["Ida", "Ida"]),
    ("$json.people.removeDuplicates('name,town').length", 3),
    ("$json.people.removeDuplicates('name, town').length", 3),
    ("$json.people.removeDuplicates('name', 'town').length", 3),
    ("[{ 'a,b': 1 }, { 'a,b': 1 }].removeDuplicates('a,b')", [["a,b": 1]]),
    ("[{ a: 1, c: 2 }].renameKeys('a', 'b', 'c', 'd')", [["b": 1, "d": 2]]),
    ("[{ k: 'x', v: 1 }, { k: 'y', v: 2 }].smartJoin('k', 'v')", ["x": 1, "y": 2]), ("[1, 2, 3.5].sum()", 6.5),
    ("['a', 1].toJsonString()", #"["a",1]"#), ("[1, 2].union([2, 3])", [1, 2, 3]),
    ("[{ a: 1 }, { a: 1 }].unique()", [["a": 1]]), ("[1, 2, 3].toSpliced(1, 1, 'x')", [1, "x", 3]),
    ("[1, 2, 3].slice(-2)", [2, 3]), ("[3, 1, 2].sort()", [1, 2, 3]), ("[1, 2].toString()", "1,2"),
    ("[[1], [2]].merge?.([])", [:]), ("null.isEmpty()", true), ("$json.gone.isEmpty()", true),
  ]

  static let texts: [(String, JSONValue?)] = [
    ("'dGVh'.base64Decode()", "tea"), ("'tea'.base64Encode()", "dGVh"),
    ("'ida@mail.example.org'.extractDomain()", "mail.example.org"),
    ("'https://shop.example/x'.extractDomain()", "shop.example"), ("'no domain here'.extractDomain()", nil),
    ("'write to ida@example.org!'.extractEmail()", "ida@example.org"), ("'nobody'.extractEmail()", nil),
    ("'see http://example.org/a?b=1.'.extractUrl()", "http://example.org/a?b=1"), ("'example.org'.extractUrl()", nil),
    ("'http://example.org/a/b?c'.extractUrlPath()", "/a/b"), ("'a/b'.extractUrlPath()", nil),
    ("'jobs'.hash()", "27a06a9e3d5e7f67eb604a39536208c9"), ("'jobs'.hash('base64')", "am9icw=="),
    ("'jobs'.hash('sha1')", "6966922100bf006356af2b9098e6ba3b1c190226"),
    ("'jobs'.hash('sha224')", "54c379fa714714243ddb008a3ebcf2c13b227ef8b6477c7babc2aeb5"),
    ("'jobs'.hash('sha256')", "5d9a17cb70b9733aadc073a44c21889d33325874c51f9c0c461de3e61a2425eb"),
    ("'jobs'.hash('sha384').slice(0, 16)", "b545a77f5c678f0d"),
    ("'jobs'.hash('sha512').slice(0, 16)", "de7994c4aac537e7"),
    ("'jobs'.hash('sha3').slice(0, 16)", "8c3f98302c711a19"),
    ("'jobs'.hash('ripemd160')", "cc469d17197ca6acfb47c99e634a201849d8bdd2"),
    ("'example.org'.isDomain()", true), ("'http://example.org'.isDomain()", false), ("'x'.isDomain()", false),
    ("'ida@example.org'.isEmail()", true), ("'an ida@example.org'.isEmail()", false),
    ("''.isEmpty()", true), ("'x'.isNotEmpty()", true), ("'1.5'.isNumeric()", true), ("'7E3'.isNumeric()", true),
    ("'seven'.isNumeric()", false), ("'https://example.org'.isUrl()", true), ("'example.org'.isUrl()", false),
    (#"'{"a":[1]}'.parseJson()"#, ["a": [1]]), (#"'say "hi"'.quote()"#, #""say \"hi\"""#), ("'a'.quote(`'`)", "'a'"),
    ("'**strong** and [text](x)'.removeMarkdown()", "strong and text"), ("'<i>a</i> <b>b'.removeTags()", "a b"),
    ("'Çöéñ'.replaceSpecialChars()", "Coen"), ("'No'.toBoolean()", false), ("'0'.toBoolean()", false),
    ("'anything'.toBoolean()", true), ("'12.50'.toNumber()", 12.5), ("'2E3'.toNumber()", 2000),
    ("'one! TWO three'.toSentenceCase()", "One! Two three"), ("'Big $Red-Bus'.toSnakeCase()", "big_red_bus"),
    ("'war of the worlds'.toTitleCase()", "War of the Worlds"), ("'a%20b%3D'.urlDecode()", "a b="),
    ("'a%20b%3D'.urlDecode(true)", "a b%3D"), ("'a b='.urlEncode()", "a%20b%3D"), ("'a b='.urlEncode(true)", "a%20b="),
    ("'2024-05-06T07:08:09.010+02:00'.toDateTime().toISO()", "2024-05-06T07:08:09.010+02:00"),
    ("'Mon, 06 May 2024 07:08:09 +0200'.toDateTime().toMillis()", 1_714_972_089_000),
    ("'Mon, 06 May 2024 05:08:09 GMT'.toDateTime().toMillis()", 1_714_972_089_000),
    ("'2024-05-06 07:08:09'.toDateTime().toISO()", "2024-05-06T07:08:09.000+02:00"),
    ("'20240506'.toDateTime().toISODate()", "2024-05-06"),
    ("'1714972089000'.toDateTime().toMillis()", 1_714_972_089_000),
    ("'06.05.2024'.toDateTime('dd.MM.yyyy').toISODate()", "2024-05-06"), ("'a\\n'.toJsonString()", #""a\n""#),
    ("'4.7'.toInt()", 4), ("'4.7'.toFloat()", 4.7), ("'4.7'.toWholeNumber()", 4), ("'4.7'.toDecimalNumber()", 4.7),
  ]

  static let numbers: [(String, JSONValue?)] = [
    ("(-2.5).abs()", 2.5), ("(2.1).ceil()", 3), ("(2.9).floor()", 2), ("(1234.5).format('de-DE')", "1.234,5"),
    ("(1234.5).format()", "1,234.5"), ("(5).format('en-GB', { style: 'currency', currency: 'GBP' })", "£5.00"),
    ("(0).isEmpty()", false), ("(4).isEven()", true), ("(4).isOdd()", false), ("(4.5).isInteger()", false),
    ("(2.345).round()", 2), ("(2.345).round(1)", 2.3), ("(0).toBoolean()", false), ("(3).toBoolean()", true),
    ("(1714972089).toDateTime('s').toISO()", "2024-05-06T07:08:09.000+02:00"),
    ("(1714972089000).toDateTime('ms').toMillis()", 1_714_972_089_000),
    ("(45418).toDateTime('excel').toUTC().toISODate()", "2024-05-06"), ("(1234567.5).toLocaleString()", "1,234,567.5"),
    ("(1234.5).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })", "1.234,50\u{A0}€"),
    ("(255).toString(16)", "ff"), ("true.toNumber()", 1), ("false.toNumber()", 0), ("true.toString()", "true"),
    ("true.toInt()", 1), ("true.isEmpty()", false),
  ]

  static let objects: [(String, JSONValue?)] = [
    ("({ a: null, b: '', c: 0 }).compact()", ["c": 0]), ("({ a: 1 }).hasField('a')", true),
    ("({ a: 1 }).hasField('A')", false), ("({}).isEmpty()", true), ("({ a: 1 }).isNotEmpty()", true),
    ("({ a: 'tea pot', b: 'cup', c: 1 }).keepFieldsContaining('tea')", ["a": "tea pot"]),
    ("({ a: 'tea pot', b: 'cup', c: 1 }).removeFieldsContaining('tea')", ["b": "cup", "c": 1]),
    ("({ a: 1, b: 2 }).keys()", ["a", "b"]), ("({ a: 1, b: 2 }).values()", [1, 2]),
    ("({ a: 1 }).merge({ a: 2, b: 3 })", ["a": 1, "b": 3]), ("({ a: 1, b: 2 }).removeField('a')", ["b": 2]),
    ("({ a: 1 }).toJsonString()", #"{"a":1}"#), ("({ a: 'x y', b: 2 }).urlEncode()", "a=x+y&b=2"),
  ]

  private static let day = "'2024-05-06T07:08:09.123'.toDateTime()"
  static let dates: [(String, JSONValue?)] = [
    ("new Date(0).toDateTime().plus(5, 'days').toUTC().toISODate()", "1970-01-06"),
    (
      "['day', 'hour', 'minute', 'second', 'millisecond', 'month', 'quarter', 'weekday', 'weekNumber', 'year'].map(part => \(day)[part])",
      [6, 7, 8, 9, 123, 5, 2, 1, 19, 2024]
    ),
    (
      "[\(day).monthLong, \(day).monthShort, \(day).weekdayLong, \(day).weekdayShort, \(day).locale]",
      ["May", "May", "Monday", "Mon", "en-US"]
    ),
    ("\(day).setLocale('de-DE').weekdayLong", "Montag"), ("\(day).setLocale('fr').monthLong", "mai"),
    ("\(day).diffTo('2024-05-04T07:08:09.123', 'days')", 2), ("\(day).diffTo('2024-05-06T06:08:09.123', 'hour')", 1),
    ("\(day).diffTo('2024-04-04T07:08:09.123', ['months', 'days'])", ["months": 1, "days": 2]),
    ("DateTime.now().minus({ days: 3 }).diffToNow('days').round()", 3),
    ("\(day).endOf('month').toISO()", "2024-05-31T23:59:59.999+02:00"),
    ("\(day).startOf('quarter').toISO()", "2024-04-01T00:00:00.000+02:00"),
    ("'2024-05-08'.toDateTime().startOf('week').toISODate()", "2024-05-06"),
    ("'2024-05-08'.toDateTime().startOf('week', { useLocaleWeeks: true }).toISODate()", "2024-05-05"),
    ("'2024-05-08'.toDateTime().endOf('week', { useLocaleWeeks: true }).toISODate()", "2024-05-11"),
    ("'2024-05-08'.toDateTime().setLocale('de').startOf('week', { useLocaleWeeks: true }).toISODate()", "2024-05-06"),
    ("'2024-03-20T18:00+01:00'.toDateTime().equals('2024-03-20T19:00+02:00'.toDateTime())", false),
    ("\(day).extract('month')", 5), ("\(day).extract()", 19), ("\(day).format('dd/LL/yyyy')", "06/05/2024"),
    ("\(day).format(\"HH 'h' mm\")", "07 h 08"), ("\(day).hasSame('2024-05-30'.toDateTime(), 'month')", true),
    ("\(day).hasSame('2023-05-06'.toDateTime(), 'month')", false), ("\(day).isBetween('2024-01-01', '2025')", true),
    ("\(day).isBetween('2024', $now)", true), ("\(day).isBetween(\(day), '2025')", false),
    ("[\(day).isInDST, '2024-01-01'.toDateTime().isInDST]", [true, false]),
    ("\(day).minus(7, 'days').toISODate()", "2024-04-29"), ("\(day).plus(1, 'years').toISODate()", "2025-05-06"),
    ("\(day).plus({ months: 1, days: 1 }).toISODate()", "2024-06-07"), ("\(day).plus(1000).second", 10),
    ("\(day).set({ year: 2020, hour: 1 }).toISO()", "2020-05-06T01:08:09.123+02:00"),
    ("\(day).setZone('America/Buenos_aires').toISO()", "2024-05-06T02:08:09.123-03:00"),
    ("\(day).setZone('UTC+7').toISO()", "2024-05-06T12:08:09.123+07:00"),
    ("\(day).setZone('utc', { keepLocalTime: true }).toISO()", "2024-05-06T07:08:09.123Z"),
    ("\(day).setZone('utc', { keepCalendarTime: true }).toISO()", "2024-05-06T07:08:09.123Z"),
    ("\(day).toUTC().toISO()", "2024-05-06T05:08:09.123Z"),
    ("\(day).toUTC(60).toISO()", "2024-05-06T06:08:09.123+01:00"),
    ("\(day).toUTC(0, { keepCalendarTime: true }).hour", 7), ("\(day).toUTC().toLocal().hour", 7),
    ("\(day).toISO({ suppressMilliseconds: true, includeOffset: false })", "2024-05-06T07:08:09.123"),
    ("\(day).toISO({ format: 'basic' })", "20240506T070809.123+0200"), ("\(day).toMillis()", 1_714_972_089_123),
    ("\(day).toSeconds()", 1_714_972_089.123), ("\(day).toString()", "2024-05-06T07:08:09.123+02:00"),
    ("\(day).toLocaleString()", "5/6/2024"), ("\(day).setLocale('de-DE').toLocaleString()", "6.5.2024"),
    ("\(day).toLocaleString({ dateStyle: 'full' })", "Monday, May 6, 2024"),
    ("\(day).toLocaleString({ year: '2-digit', month: '2-digit', day: '2-digit' })", "05/06/24"),
    ("\(day).toLocaleString({ weekday: 'short', month: 'short', day: 'numeric' })", "Mon, May 6"),
    ("\(day).toLocaleString({ dateStyle: 'medium', timeStyle: 'short' }).replace(/\\s/g, ' ')", "May 6, 2024, 7:08 AM"),
    ("\(day).toLocaleString({ timeStyle: 'long' }).replace(/\\s/g, ' ')", "7:08:09 AM GMT+2"),
    ("\(day).toLocaleString({ hour: 'numeric', minute: 'numeric', hourCycle: 'h23' })", "07:08"),
    ("DateTime.now().plus(1, 'day').plus(1, 'minute').toRelative()", "in 1 day"),
    ("DateTime.now().plus(1, 'day').plus(1, 'minute').toRelative({ unit: 'hours' })", "in 24 hours"),
    ("DateTime.now().minus(2, 'day').toRelative({ locale: 'es' })", "hace 2 días"),
    ("$now.zone", ["zoneName": "Europe/Berlin", "valid": true]), ("new Date('x').toDateTime().isValid", false),
    ("new Date(2024, 0, 6).isWeekend()", true), ("new Date(0).plus(1, 'day')", "1970-01-02T00:00:00.000Z"),
    ("new Date(86400000).beginningOf('month').getTime() < 86400000", true),
    ("DateTime.now().isInLast(5, 'minutes')", true),
    ("\(day).beginningOf('hour').minute", 0), ("\(day).endOfMonth().day", 31), ("\(day).isDst()", true),
  ]

  static let roots: [(String, JSONValue?)] = [
    (
      "Object.keys({ b: 1, 10: 2, 2: 3, '01': 4, '-1': 5, 4294967295: 6 })", ["2", "10", "b", "01", "-1", "4294967295"]
    ),
    ("$if(1 > 2, 'a', 'b')", "b"), ("$ifEmpty('', 'x')", "x"), ("$ifEmpty([], 'x')", "x"), ("$ifEmpty({}, 'x')", "x"),
    ("$ifEmpty($json.gone, 'x')", "x"), ("$ifEmpty(0, 'x')", 0), ("$max(1, 3, 2)", 3), ("$min(4, 2, 9)", 2),
    ("$jmespath($json.people, '[*].name')", ["Ida", "Ole", "Ida"]),
    ("$jmespath($json, 'people[?age > `20`].[name, age]')", [["Ida", 31]]),
    ("$jmespath($json.people, '[?age > `20`].name | [0]')", "Ida"), ("$jmespath($json, '[[[')", nil),
    ("$jmespath($input.all(), '[].json.word')", ["Tea"]), ("$input.all(0, 0).length", 1),
    ("$input.first(0).json.word", "Tea"),
    ("$exec.mode", "test"), ("$exec.id === $execution.id", true), ("$version === $nodeVersion", true),
    ("$evaluateExpression('{{ $json.word + 1 }}')", "Tea1"), ("$today.hour + $today.minute", 0),
    ("$now > $today && DateTime.now() >= $now", true), ("typeof ('' + $now)", "string"),
    ("DateTime.fromISO('2019-06-23').diff(DateTime.fromISO('2019-05-23'), 'months').toObject()", ["months": 1]),
    ("DateTime.fromFormat('23-06-2019', 'dd-MM-yyyy').toISODate()", "2019-06-23"),
    (
      "(() => { let end = DateTime.fromISO('2017-03-13'); let start = DateTime.fromISO('2017-02-13'); return end.diff(start, 'months').toObject() })()",
      ["months": 1]
    ),
    ("$execution.customData.set('seen', 'yes') ?? $execution.customData.get('seen')", "yes"),
    ("$execution.customData.setAll({ one: 1 }) ?? $execution.customData.getAll()", ["one": "1"]),
  ]

  private func value(_ code: String) async throws -> JSONValue? {
    let expression = ExactString("={{ \(code) }}")
    let resolver = try await Self.sandbox.resolver(for: Self.scene.scope, inJavaScript: [expression])
    return try resolver.resolve(expression.text, parameter: "value", item: 0)
  }

  private static let all: [(String, JSONValue?)] = [arrays, texts, numbers, objects, dates, roots].flatMap { $0 }

  @Test(arguments: all)
  func aFunctionGives(code: String, expected: JSONValue?) async throws {
    #expect(try await value(code) == expected, "\(code)")
    do {
      #expect(try await Self.scene.evaluate("={{ \(code) }}") == expected, "\(code), natively")
    } catch let error as NodeError {
      #expect(error.type == "javascript_needed", "\(code), natively: \(error.message)")
    }
  }

  static let mistakes: [(String, String)] = [
    ("[1].chunk(0)", "chunk(): expected non-zero numeric arg"), ("[1].chunk('2')", "chunk(): expected"),
    ("['a'].sum()", "sum() can't be used"), ("[null].average()", "average() can't be used"),
    ("[{}].max()", "max() can't be used"), ("[1].union(2)", "union(): expected array arg"),
    ("[1].difference()", "difference(): expected array arg"), ("[1].intersection({})", "intersection(): expected"),
    ("[{}].renameKeys('a')", "renameKeys(): expected an even amount"), ("[{}].smartJoin('a')", "smartJoin(): expected"),
    ("'x'.hash('crc')", "Unknown algorithm crc"), ("'x'.toNumber()", "cannot convert to number"),
    ("'soon'.toDateTime()", "cannot convert to Luxon DateTime"), ("'{'.parseJson()", "Parsing failed"),
    ("'%E0%A4%A'.urlDecode()", "urlDecode(): "), ("(1.5).isEven()", "isEven() is only callable on integers"),
    ("(1.5).isOdd()", "isOdd() is only callable on integers"), ("(1).toDateTime('min')", "Unsupported format 'min'"),
    ("(1).format('no_locale')", "format(): "), ("(1).round(200)", "round(): "),
    ("({}).merge(1)", "merge(): expected object arg"), ("({}).hasField()", "hasField(): expected the name of a field"),
    ("({}).removeField()", "removeField(): expected the name of a field"),
    ("({}).keepFieldsContaining()", "keepFieldsContaining(): expected a string"),
    ("$now.plus('x', 'days')", "x is no number of days"),
    ("$now.minus(1, 'fortnight')", "minus(): Invalid unit fortnight"),
    ("$now.isBetween('2024')", "isBetween(): expected two args"),
    ("$now.isBetween('a', 'b')", "cannot convert to Luxon"),
    ("$now.diffTo('2024', 'eons')", "diffTo(): Invalid unit eons"),
    ("$now.startOf('fortnight')", "Invalid unit fortnight"),
    ("$now.set({ moon: 1 })", "Invalid unit moon"), ("$ifEmpty(1)", "expected two arguments"),
    ("$jmespath($json)", "expected two arguments"), ("$json.gone.toInt()", "toInt can't be used on undefined value"),
    ("[].toSnakeCase()", "toSnakeCase() is only callable on type \"String\""),
    ("$execution.customData.setAll('x')", "Custom data must be an object"),
    ("$('Nobody').first()", "Referenced node doesn't exist"),
  ]

  @Test(arguments: mistakes)
  func aWrongArgumentIsAnError(code: String, message: String) async throws {
    let error = await #expect(throws: NodeError.self, "\(code)") { try await value(code) }
    #expect(error?.message.hasPrefix(message) == true, "\(code): \(error?.message ?? "")")
  }
}
