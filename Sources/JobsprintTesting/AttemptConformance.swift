import JobsprintDomain
public import JobsprintPorts

/// What every ``AttemptLedger`` promises: guessing gets slower and slower.
public enum AttemptConformance {
  private static let begin = Timestamp(milliseconds: 1_800_000_000_000)

  public static let checks: [ConformanceCheck<any AttemptLedger>] = [
    ConformanceCheck("behind some free attempts each doubles the wait") { ledger in
      var now = begin
      for _ in 0..<5 { try expect(await ledger.begin([.account("a")], at: now), is: nil) }
      for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        try expect(await ledger.begin([.account("a")], at: now), is: nil)
        try expect(await ledger.begin([.account("a")], at: now), is: .seconds(expected))
        try expect(await ledger.begin([.account("b\(expected)")], at: now), is: nil)
        now = now + .seconds(expected)
      }
      now = now + .seconds(3601)
      for _ in 0..<6 { try expect(await ledger.begin([.account("a")], at: now), is: nil) }
      try expect(await ledger.begin([.account("a")], at: now), is: .seconds(1))
    },
    ConformanceCheck("an address that tries many accounts waits too, and others don't") { ledger in
      for number in 0...20 {
        try expect(await ledger.begin([.account("\(number)"), .address("::1")], at: begin), is: nil)
      }
      try expect(await ledger.begin([.account("x"), .address("::1")], at: begin), is: .seconds(1))
      try expect(await ledger.begin([.account("x"), .address("::2")], at: begin), is: nil)
    },
    ConformanceCheck("success clears the account and gives the address one attempt back") { ledger in
      for _ in 0..<6 { try expect(await ledger.begin([.account("a"), .address("::1")], at: begin), is: nil) }
      await ledger.succeeded([.account("a"), .address("::1")], at: begin)
      for _ in 0..<5 { try expect(await ledger.begin([.account("a")], at: begin), is: nil) }
      for number in 0..<16 {
        try expect(await ledger.begin([.account("n\(number)"), .address("::1")], at: begin), is: nil)
      }
      try expect(await ledger.begin([.account("x"), .address("::1")], at: begin), is: .seconds(1))
    },
    ConformanceCheck("nothing to count waits for nothing") { ledger in
      try expect(await ledger.begin([], at: begin), is: nil)
      await ledger.succeeded([], at: begin)
    },
  ]
}
