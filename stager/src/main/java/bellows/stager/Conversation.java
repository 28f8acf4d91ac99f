package bellows.stager;

import bellows.bus.MessageBus;
import bellows.contracts.Subjects;
import bellows.contracts.ids.DeaId;
import bellows.contracts.staging.StagingReply;
import bellows.contracts.staging.StagingStart;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request to a DEA and its two replies on one inbox: the container is ready, and how it ended.
 * A failure may come as the only reply (reference/messages.md, section 1.7).
 */
final class Conversation implements AutoCloseable {
  private final CompletableFuture<StagingReply> ready = new CompletableFuture<>();
  private final CompletableFuture<StagingReply> ended = new CompletableFuture<>();
  private final MessageBus.Subscription inbox;

  /**
   * @param wait how long replies are taken; past it the inbox is closed
   */
  Conversation(MessageBus bus, DeaId dea, StagingStart request, Duration wait) {
    this.inbox =
        bus.requestStream(
            Subjects.stagingStart(dea), request, StagingReply.class, wait, this::onReply);
  }

  /** Waits a while for the first reply; empty when it has not come. */
  Optional<StagingReply> ready(Duration wait) throws InterruptedException {
    return within(ready, wait);
  }

  /** Waits a while for the last reply; empty when it has not come. */
  Optional<StagingReply> ended(Duration wait) throws InterruptedException {
    return within(ended, wait);
  }

  @Override
  public void close() {
    inbox.close();
  }

  /** True asks for more. */
  private boolean onReply(StagingReply reply) {
    boolean last = isFailure(reply) || reply.dropletSha1() != null;
    ready.complete(reply);
    if (last) {
      ended.complete(reply);
    }
    return !last;
  }

  static boolean isFailure(StagingReply reply) {
    return reply.error() != null || reply.errorInfo() != null;
  }

  private static Optional<StagingReply> within(CompletableFuture<StagingReply> reply, Duration wait)
      throws InterruptedException {
    try {
      return Optional.of(reply.get(wait.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a reply never completes exceptionally", e);
    }
  }
}
