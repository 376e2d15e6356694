import JobsprintDomain
import JobsprintTesting
import Testing

@Suite struct TimestampTests {
  private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

  @Test func durationsAreAddedAndSubtractedInWholeMilliseconds() {
    #expect(time(1000) + .milliseconds(500) == time(1500))
    #expect(time(1000) - .seconds(2) == time(-1000))
    #expect(time(0) + .microseconds(1999) == time(1))
    #expect(time(5000) - time(2000) == .seconds(3))
    #expect(time(-1) < time(0))
  }

  @Test func whatIsOutOfRangeStaysAtTheLimit() {
    #expect(time(0) + .seconds(Int64.max) == time(.max))
    #expect(time(0) + .seconds(-Int64.max) == time(.min))
    #expect(time(.max) + .milliseconds(1) == time(.max))
    #expect(time(.max - 5) + .seconds(1) == time(.max))
  }

  @Test func lessThanASecondBeforeTheFirstTimeIsTheFirst() {
    #expect(time(.min) - .milliseconds(1) == time(.min))
  }

  @Test func aDurationWhoseMillisecondsJustOverflowIsNoCrash() async {
    await #expect(processExitsWith: .success) {
      let longest = Duration(secondsComponent: Int64.max / 1000, attosecondsComponent: 900_000_000_000_000_000)
      guard Timestamp(milliseconds: 0) + longest == Timestamp(milliseconds: .max) else { throw CancellationError() }
    }
  }

  @Test func isWrittenInUTCWithMilliseconds() {
    #expect(time(0).description == "1970-01-01T00:00:00.000Z")
    #expect(time(1_795_234_035_007).description == "2026-11-21T04:07:15.007Z")
    #expect(time(-1).description == "1969-12-31T23:59:59.999Z")
    #expect(time(-86_400_000).description == "1969-12-31T00:00:00.000Z")
    #expect(time(951_782_400_000).description == "2000-02-29T00:00:00.000Z")
    #expect(time(253_402_300_799_999).description == "9999-12-31T23:59:59.999Z")
    #expect(time(-62_135_596_800_000).description == "0001-01-01T00:00:00.000Z")
  }

  @Test func theLimitsCanBeWritten() {
    #expect(time(.max).description.hasSuffix("-08-17T07:12:55.807Z"))
    #expect(time(.min).description.hasSuffix("-05-16T16:47:04.192Z"))
  }

  @Test func whatIsWrittenReadsBack() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<3000 {
      let time = time(Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
      #expect(Timestamp(iso8601: time.description) == time)
    }
  }
}
