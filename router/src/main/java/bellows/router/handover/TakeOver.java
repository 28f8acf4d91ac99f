package bellows.router.handover;

import bellows.base.time.Scheduler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the place of the router that waits at a socket ({@link HandOver}). Between {@link #ask} and
 * {@link #complete} both may listen at the same addresses.
 */
public final class TakeOver implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TakeOver.class);

  private final Words predecessor;
  private final Scheduler.Timer limit;

  private TakeOver(Words predecessor, Scheduler.Timer limit) {
    this.predecessor = predecessor;
    this.limit = limit;
  }

  /**
   * Empty when nobody waits there; else the other one shares its addresses until this is closed.
   *
   * @throws HandOverException when it does not
   */
  public static Optional<TakeOver> ask(Path socket, Scheduler scheduler) {
    SocketChannel channel = connect(socket);
    if (channel == null) {
      return Optional.empty();
    }
    Words words = new Words(channel);
    TakeOver takeOver = new TakeOver(words, scheduler.after(Words.MOST, words::close));
    try {
      words.say(Words.SHARE);
      String answer = words.hear();
      if (Words.SHARED.equals(answer)) {
        return Optional.of(takeOver);
      }
      throw new HandOverException(
          answer == null
              ? "the router at " + socket + " hung up; if it ends, start again"
              : "the router at " + socket + " stays: " + answer.replaceFirst(Words.REFUSED, ""),
          null);
    } catch (IOException e) {
      takeOver.close();
      throw new HandOverException("the router at " + socket + " does not answer", e);
    } catch (HandOverException e) {
      takeOver.close();
      throw e;
    }
  }

  private static @Nullable SocketChannel connect(Path socket) {
    if (!Files.exists(socket)) {
      return null;
    }
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    } catch (ConnectException e) {
      return null; // the file of one that was killed
    } catch (SocketException e) {
      if (!Files.exists(socket)) {
        return null; // it has just ended
      }
      throw new HandOverException("cannot reach the router at " + socket, e);
    } catch (IOException e) {
      throw new HandOverException("cannot reach the router at " + socket, e);
    }
  }

  /** We listen: the other one shall leave. Returns when it has. */
  public void complete() {
    try {
      predecessor.say(Words.LEAVE);
      if (Words.LEFT.equals(predecessor.hear())) {
        return;
      }
      log.atWarn().log("takeover.predecessor_died");
    } catch (IOException e) {
      // We serve; if it is stuck and listens on, somebody must end it.
      log.atError().setCause(e).log("takeover.predecessor_silent");
    }
  }

  @Override
  public void close() {
    limit.close();
    predecessor.close();
  }
}
