// Processes are killed and paused and the broker is taken away, under load, with every message told twice: what was
// accepted must come to its end as if nothing had happened. `make chaos` runs it for longer.

import Foundation
import JobsprintTesting
import Testing

extension InstallationTests {
  private static let environment = ProcessInfo.processInfo.environment
  /// Printed, so that a run can be repeated: `make chaos SEED=…`.
  private static let seed = environment["JOBSPRINT_CHAOS_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
  private static let minutes = environment["JOBSPRINT_CHAOS_MINUTES"].flatMap { Int($0) }

  /// One short round of faults; with a time, as many rounds as begin in it.
  @Test(.timeLimit(.minutes(600))) func whateverFailsNothingIsLostOrDoneTwice() async throws {
    let end = ContinuousClock.now + .seconds(60 * (Self.minutes ?? 0))
    var round: [ChaosFault]?
    var count = 0
    print("chaos: seed \(Self.seed)")
    let report = try await ChaosRun.report(seed: Self.seed) { generator in
      if round?.isEmpty ?? true {
        guard round == nil || .now < end else { return nil }
        round = Self.minutes == nil ? ChaosFault.shortRound(&generator) : ChaosFault.round(&generator)
      }
      count += 1
      let fault = round?.removeFirst()
      if let fault { print("chaos: \(count): \(fault)") }
      return fault
    }
    print("chaos: seed \(Self.seed), \(count) faults: \(report)")
    #expect(report.isClean, "seed \(Self.seed): \(report)")
    // Otherwise the faults did not hit what they are meant to hit.
    #expect(report.base.resumed >= 6, "\(report)")
    #expect(report.base.repeatedEffects >= 1, "\(report)")
  }

  /// A way to break a promise, what brings it to light, and where it must be noticed.
  struct Breach: Sendable, CustomTestStringConvertible {
    let sabotage: String
    let faults: [ChaosFault]
    let promises: Set<ChaosVerifier.Promise>
    var options: ChaosRun.Options

    init(
      _ sabotage: String, _ faults: [ChaosFault], promises: Set<ChaosVerifier.Promise>,
      _ change: (inout ChaosRun.Options) -> Void = { _ in }
    ) {
      self.sabotage = sabotage
      self.faults = faults
      self.promises = promises
      options = ChaosRun.Options()
      options.sabotage = sabotage
      options.workers = 2
      options.patience = .seconds(10)
      options.measures = false
      change(&options)
    }

    var testDescription: String { sabotage }
  }

  static let breaches = [
    // Nobody waits, so that an answer can be ahead of its commit.
    Breach("answerBeforeCommit", [.killAPI, .killAPI, .killAPI], promises: [.accepted]) { $0.load.wait = nil },
    Breach("noRecovery", [.killWorker, .killWorker], promises: [.ending]),
    // The successor is still at work when the other one wakes up, nearly always: hence two of them.
    Breach("ignoredFence", [.pauseWorker, .pauseWorker], promises: [.ending, .fence, .record, .effect]) { options in
      options.load.slowOne = 1
      options.load.slowness = 5000
      options.load.wait = 30
      options.warmUp = 0
      options.between = 1...5
    },
    // While an effect is under way, it is told of once more.
    Breach("greedyClaims", [], promises: [.effect]) { options in
      options.load.slowOne = 1
      options.load.slowness = 300
    },
  ]

  @Test(.timeLimit(.minutes(5)), arguments: breaches)
  func theVerifierFindsABrokenPromise(breach: Breach) async throws {
    var faults = breach.faults
    let report = try await ChaosRun.report(breach.options, seed: Self.seed) { _ in
      faults.isEmpty ? nil : faults.removeFirst()
    }
    print("chaos with \(breach.sabotage): \(report)")
    #expect(!breach.promises.isDisjoint(with: report.problems.keys), "\(report)")
  }
}
