package bellows.router.compression;

import io.netty.buffer.ByteBuf;

/**
 * Compresses one body after the other, on one event loop. What it has taken may wait in it until it
 * is flushed. Holds memory outside the heap until it is closed.
 */
interface Encoder extends AutoCloseable {
  /** Begins a body. */
  void begin(ByteBuf out);

  /** Takes all of {@code in}, without releasing it. */
  void write(ByteBuf in, ByteBuf out);

  /** Makes all that was taken readable for the client. */
  void flush(ByteBuf out);

  /** Ends the body. */
  void end(ByteBuf out);

  @Override
  void close();
}
