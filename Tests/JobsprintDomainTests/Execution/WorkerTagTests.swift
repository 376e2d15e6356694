import JobsprintDomain
import Testing

@Suite struct WorkerTagTests {
  private let gpu = WorkerTag("gpu")
  private let eu = WorkerTag("eu")

  @Test func withoutTagsWhatHasNoneIsTaken() throws {
    let tags = try WorkerTags(named: [])
    #expect(tags == .none && tags.carries(nil) && !tags.carries(gpu))
  }

  @Test func withTagsOnlyTheyAreTakenUnlessUntaggedIsAmongThem() throws {
    let one = try WorkerTags(named: ["gpu"])
    #expect(one.carries(gpu) && !one.carries(eu) && !one.carries(nil))
    let both = try WorkerTags(named: ["untagged", "gpu", "gpu"])
    #expect(both.carries(gpu) && !both.carries(eu) && both.carries(nil))
    #expect(WorkerTags.all.carries(gpu) && WorkerTags.all.carries(nil))
  }

  @Test func aNameThatIsNoTagIsNamed() {
    for (names, wrong) in [(["eu", "GPU"], "GPU"), ([""], "")] {
      #expect { try WorkerTags(named: names) } throws: { ($0 as? WrongWorkerTag)?.name == wrong }
    }
  }
}
