package bellows.router.handover;

import bellows.base.lifecycle.Component;
import bellows.base.time.Scheduler;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits at a socket in the file system for a router that takes our place ({@link TakeOver}). Only
 * the owner of the file can.
 */
public final class HandOver implements Component {
  private static final Logger log = LoggerFactory.getLogger(HandOver.class);

  /** Without a file descriptor to accept with, the next try fails at once, too. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Path socket;
  private final Leaving router;
  private final Scheduler scheduler;
  private @Nullable ServerSocketChannel server;
  private volatile boolean left;

  /** The router whose place is taken. */
  public interface Leaving {
    /** Whether another process may listen at the same addresses. */
    void share(boolean shared);

    /** Another one listens: takes no more connections. Returns when that is so. */
    void leave();

    /** The other one knows: what is still open may come to its end. Returns at once. */
    void end();
  }

  /**
   * @param socket made at start, in place of what is there
   */
  public HandOver(Path socket, Leaving router, Scheduler scheduler) {
    this.socket = socket;
    this.router = router;
    this.scheduler = scheduler;
  }

  @Override
  public synchronized void start() {
    if (server != null) {
      return;
    }
    Path made = socket.resolveSibling(socket.getFileName() + "." + ProcessHandle.current().pid());
    try {
      ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server = opened;
      Files.deleteIfExists(made);
      opened.bind(UnixDomainSocketAddress.of(made));
      // Before anybody can find it.
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      Files.move(made, socket, StandardCopyOption.ATOMIC_MOVE);
      Thread.ofVirtual().name("hand-over").start(() -> serve(opened));
    } catch (IOException e) {
      throw new HandOverException("cannot wait at " + socket + " for a router to come", e);
    }
  }

  /** Whatever goes wrong with one successor, the next one is heard. */
  private void serve(ServerSocketChannel opened) {
    while (opened.isOpen() && !left) {
      try (Words successor = new Words(opened.accept())) {
        Scheduler.Timer limit = scheduler.after(Words.MOST, successor::close);
        try {
          converse(successor);
        } finally {
          limit.close();
        }
      } catch (IOException | RuntimeException e) {
        if (opened.isOpen()) {
          log.atWarn().setCause(e).log("handover.broken_off");
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  private void converse(Words successor) throws IOException {
    if (!Words.SHARE.equals(successor.hear())) {
      return;
    }
    try {
      Migration.switchOn();
    } catch (HandOverException e) {
      successor.say(Words.REFUSED + e.getMessage());
      return;
    }
    try {
      router.share(true);
      successor.say(Words.SHARED);
      left = Words.LEAVE.equals(successor.hear());
    } finally {
      if (!left) {
        router.share(false);
      }
    }
    if (left) {
      try {
        router.leave();
        log.atInfo().log("handover.left");
        successor.say(Words.LEFT);
      } finally {
        router.end();
      }
    }
  }

  @Override
  public synchronized void close() {
    if (server == null) {
      return;
    }
    try {
      server.close();
      if (!left) {
        Files.deleteIfExists(socket); // else it is another one's by now
      }
    } catch (IOException e) {
      log.atWarn().setCause(e).log("handover.close_failed");
    }
    server = null;
  }
}
