// The way to identity providers over HTTP. An answer that leads elsewhere is none: redirects are not followed.

import AsyncHTTPClient
import Foundation
import JobsprintPorts
import NIOCore
import NIOHTTP1

struct ProviderHTTP: ProviderTransport {
  /// A key set of a hundred keys has a tenth of it.
  private static let largest = 1 << 20

  /// For the whole exchange; who signs in waits for two or three of them.
  var limit: Duration = .seconds(10)

  func send(_ request: ProviderRequest) async throws(ProviderFailure) -> ProviderAnswer {
    do {
      return try await withThrowingTaskGroup(of: ProviderAnswer.self) { group in
        group.addTask { try await Self.exchange(request) }
        group.addTask {
          try await Task.sleep(for: limit)
          throw ProviderFailure(reason: "it does not answer in time")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
      }
    } catch let failure as ProviderFailure { throw failure } catch is NIOTooManyBytesError {
      throw ProviderFailure(reason: "its answer is larger than \(Self.largest >> 20) MiB")
    } catch {
      throw ProviderFailure(reason: "it can't be reached (\(OutgoingHTTP.words(for: error)))")
    }
  }

  private static func exchange(_ request: ProviderRequest) async throws -> ProviderAnswer {
    var outgoing = HTTPClientRequest(url: request.address)
    outgoing.headers.add(name: "Accept", value: "application/json")
    if let authorization = request.authorization { outgoing.headers.add(name: "Authorization", value: authorization) }
    if let form = request.form {
      outgoing.method = .POST
      outgoing.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      outgoing.body = .bytes(ByteBuffer(string: form))
    }
    let response = try await OutgoingHTTP.client.execute(outgoing, timeout: .seconds(30))
    if let length = response.headers["Content-Length"].first.flatMap({ Int($0) }), length > largest {
      throw NIOTooManyBytesError(maxBytes: largest)
    }
    let body = try await response.body.collect(upTo: largest)
    return ProviderAnswer(status: Int(response.status.code), body: Array(buffer: body))
  }
}
