package bellows.launcher;

import bellows.bus.MessageBus;
import bellows.contracts.Nothing;
import bellows.contracts.Subjects;
import bellows.contracts.dea.DeaAdvertise;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks on the bus whether a host's name is free: two hosts of one name would take turns. */
final class HostName {
  /** Of the host that a platform has in its own process; placements carry it. */
  static final String PLATFORM = "host-0";

  /** A DEA answers at once, on a machine that has much to do a little later. */
  private static final Duration ANSWER = Duration.ofSeconds(2);

  private HostName() {}

  /**
   * @param advice what to do when the name is taken, for the error
   * @throws UsageException when a live host has the name
   */
  static void claim(String name, MessageBus bus, String advice) {
    CompletableFuture<DeaAdvertise> taken = new CompletableFuture<>();
    try (MessageBus.Subscription _ =
        bus.subscribe(
            Subjects.DEA_ADVERTISE,
            incoming ->
                incoming
                    .message()
                    .filter(offer -> name.equals(offer.host()))
                    .ifPresent(taken::complete))) {
      bus.publish(Subjects.DEA_LOCATE, Nothing.NOTHING);
      DeaAdvertise other = taken.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      throw new UsageException(
          "the name "
              + name
              + " is taken by the host at "
              + other.instanceAddress()
              + ", which is alive; "
              + advice);
    } catch (TimeoutException e) {
      // It is free.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking for the name " + name, e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("an advertisement is never a failure", e);
    }
  }
}
