package bellows.router.http1;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the data of one body in what a connection delivers: {@link #available} steps over framing
 * and says how many bytes of data come next, the caller takes them and says so with {@link #took}.
 * Trailers are checked and dropped. For one event loop, used again for the next body.
 */
public final class BodyDecoder {
  private static final int CHUNK_LINE_BYTES = 256;
  private static final int TRAILER_BYTES = 8192;
  private static final int SIZE_DIGITS = 15;

  private enum State {
    SIZE,
    EXTENSION,
    SIZE_LINE_FEED,
    DATA,
    DATA_RETURN,
    DATA_LINE_FEED,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LINE_FEED,
    LAST_LINE_FEED,
    ENDED,
    MALFORMED
  }

  private State state = State.ENDED;
  private boolean chunked;
  private long remaining;
  private int digits;
  private int lineBytes;
  private @Nullable Flaw flaw;

  /** No body. */
  public void none() {
    length(0);
  }

  /** A body of {@code bytes} bytes. */
  public void length(long bytes) {
    chunked = false;
    flaw = null;
    remaining = bytes;
    state = bytes == 0 ? State.ENDED : State.DATA;
  }

  /** A body that ends with its connection. */
  public void untilClose() {
    length(Long.MAX_VALUE);
  }

  /** A body in chunks. */
  public void chunked() {
    chunked = true;
    flaw = null;
    startLine();
  }

  /** As the head says; nothing when it says nothing. */
  public void framedBy(Head head) {
    if (head.isChunked()) {
      chunked();
    } else {
      length(Math.max(0, head.contentLength()));
    }
  }

  public boolean isEnded() {
    return state == State.ENDED;
  }

  /** Why the body cannot be read any further; null while it can. */
  public @Nullable Flaw flaw() {
    return flaw;
  }

  /**
   * Moves over framing; the number of data bytes at the reader index, 0 when more input is needed
   * or the body is over or malformed.
   */
  public int available(ByteBuf in) {
    while (in.isReadable()) {
      if (state == State.DATA) {
        return (int) Math.min(remaining, in.readableBytes());
      }
      if (state == State.ENDED || state == State.MALFORMED) {
        return 0;
      }
      step(in.readByte());
    }
    return 0;
  }

  /** The caller has taken {@code bytes} of what {@link #available} announced. */
  public void took(int bytes) {
    if (remaining == Long.MAX_VALUE) {
      return;
    }
    remaining -= bytes;
    if (remaining == 0) {
      state = chunked ? State.DATA_RETURN : State.ENDED;
    }
  }

  private void step(byte b) {
    switch (state) {
      case SIZE -> size(b);
      case EXTENSION -> extension(b);
      case SIZE_LINE_FEED -> expect(b, '\n', remaining > 0 ? State.DATA : State.TRAILER_START);
      case DATA_RETURN -> expect(b, '\r', State.DATA_LINE_FEED);
      case DATA_LINE_FEED -> {
        expect(b, '\n', State.SIZE);
        if (state == State.SIZE) {
          startLine();
        }
      }
      case TRAILER_START -> {
        if (b == '\r') {
          state = State.LAST_LINE_FEED;
        } else {
          trailer(Ascii.isToken(b), State.TRAILER_NAME);
        }
      }
      case TRAILER_NAME ->
          trailer(
              b == ':' || Ascii.isToken(b), b == ':' ? State.TRAILER_VALUE : State.TRAILER_NAME);
      case TRAILER_VALUE ->
          trailer(
              b == '\r' || Ascii.isValue(b),
              b == '\r' ? State.TRAILER_LINE_FEED : State.TRAILER_VALUE);
      case TRAILER_LINE_FEED -> trailer(b == '\n', State.TRAILER_START);
      case LAST_LINE_FEED -> expect(b, '\n', State.ENDED);
      case DATA, ENDED, MALFORMED -> throw new IllegalStateException("no framing in " + state);
    }
  }

  private void startLine() {
    state = State.SIZE;
    remaining = 0;
    digits = 0;
    lineBytes = 0;
  }

  private void size(byte b) {
    int digit = Ascii.hex(b);
    if (digit >= 0 && digits < SIZE_DIGITS) {
      digits++;
      remaining = (remaining << 4) | digit;
    } else if (digit < 0 && digits > 0) {
      extension(b);
      if (state == State.EXTENSION && b != ';') {
        fail(Flaw.CHUNK);
      }
    } else {
      fail(Flaw.CHUNK);
    }
  }

  private void extension(byte b) {
    if (b == '\r') {
      lineBytes = 0;
      state = State.SIZE_LINE_FEED;
    } else if (Ascii.isValue(b) && ++lineBytes <= CHUNK_LINE_BYTES) {
      state = State.EXTENSION;
    } else {
      fail(Flaw.CHUNK);
    }
  }

  private void trailer(boolean legal, State next) {
    if (legal && ++lineBytes <= TRAILER_BYTES) {
      state = next;
    } else {
      fail(Flaw.TRAILER);
    }
  }

  private void expect(byte b, char wanted, State next) {
    if (b == wanted) {
      state = next;
    } else {
      fail(Flaw.CHUNK);
    }
  }

  private void fail(Flaw why) {
    flaw = why;
    state = State.MALFORMED;
  }
}
