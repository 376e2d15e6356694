import JobsprintDomain
import Testing

struct WeightedLanesTests {
  @Test func higherLanesComeFirstAndEachKeepsItsOrder() {
    var lanes = WeightedLanes<Int>()
    for (number, lane) in [Lane.low, .normal, .high, .normal, .high].enumerated() { lanes.append(number, in: lane) }
    #expect(lanes.take(upTo: 4) == [2, 4, 1, 3])
    #expect(lanes.count == 1)
    #expect(lanes.take(upTo: 4) == [0])
    #expect(lanes.take(upTo: 4) == [])
  }

  @Test(arguments: [1, 3, 64]) func noLaneStarves(limit: Int) {
    var lanes = WeightedLanes<Lane>()
    for lane in Lane.allCases { for _ in 0..<1000 { lanes.append(lane, in: lane) } }
    var taken: [Lane] = []
    while taken.count < 650 { taken += lanes.take(upTo: min(limit, 650 - taken.count)) }
    #expect(taken.count { $0 == .high } == 400)
    #expect(taken.count { $0 == .normal } == 200)
    #expect(taken.count { $0 == .low } == 50)
  }

  @Test func aLaneThatIsAloneGetsAllTurns() {
    var lanes = WeightedLanes<Int>()
    for number in 0..<100 { lanes.append(number, in: .low) }
    #expect(lanes.take(upTo: 100) == Array(0..<100))
  }
}
