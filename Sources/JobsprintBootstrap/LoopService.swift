import ServiceLifecycle

/// A loop of the runtime as a service: it ends when the process is told to stop, or when a part of it has failed and
/// its task is cancelled.
struct LoopService: Service {
  private let loop: @Sendable () async -> Void
  private let stop: (@Sendable () -> Void)?

  /// - Parameter stop: how to end the loop; nil: by cancelling its task.
  init(run: @escaping @Sendable () async -> Void, stop: (@Sendable () -> Void)? = nil) {
    loop = run
    self.stop = stop
  }

  func run() async {
    guard let stop else { return await cancelWhenGracefulShutdown { await loop() } }
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await loop()
      } onGracefulShutdown: {
        stop()
      }
    } onCancel: {
      stop()
    }
  }
}
