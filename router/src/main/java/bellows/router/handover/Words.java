package bellows.router.handover;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What two routers say to each other, a line each: the new one {@link #SHARE}, the old one {@link
 * #SHARED} or {@link #REFUSED} with a reason; the new one {@link #LEAVE} when it listens, the old
 * one {@link #LEFT} when it does not any more. When the new one hangs up before that, all is as it
 * was.
 */
final class Words implements AutoCloseable {
  static final String SHARE = "share";
  static final String SHARED = "shared";
  static final String REFUSED = "refused ";
  static final String LEAVE = "leave";
  static final String LEFT = "left";

  /** For all of it: what takes long, the route table, comes before it. */
  static final Duration MOST = Duration.ofSeconds(10);

  private final SocketChannel channel;
  private final BufferedReader lines;

  Words(SocketChannel channel) {
    this.channel = channel;
    this.lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
  }

  void say(String line) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(line + "\n");
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The next line; null when the other one has hung up. */
  @Nullable String hear() throws IOException {
    return lines.readLine();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost with it.
    }
  }
}
