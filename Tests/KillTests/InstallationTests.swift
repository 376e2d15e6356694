import JobsprintTesting
import Testing

/// Tests of an API and workers as processes of their own. One after the other: they break their servers.
@Suite(
  .serialized, .enabled(if: Installation.areServersThere, "eval \"$(scripts/services env DIR)\" names the servers"))
struct InstallationTests {}
