package bellows.router.compression;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** RFC 1952. */
final class GzipEncoder implements Encoder {
  /** Most of what is to be gained, for a third of the time of the usual 6. */
  private static final int LEVEL = 4;

  private static final int ROOM = 4096;

  /** Nothing is said of name, time and system. */
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

  private final Deflater deflater = new Deflater(LEVEL, true);
  private final CRC32 checksum = new CRC32();

  @Override
  public void begin(ByteBuf out) {
    deflater.reset();
    checksum.reset();
    out.writeBytes(HEADER);
  }

  @Override
  public void write(ByteBuf in, ByteBuf out) {
    for (ByteBuffer piece : in.nioBuffers()) {
      checksum.update(piece.duplicate());
      deflater.setInput(piece);
      while (!deflater.needsInput()) {
        deflate(out, Deflater.NO_FLUSH);
      }
    }
  }

  @Override
  public void flush(ByteBuf out) {
    // Until there is room left over: then all is out.
    while (deflate(out, Deflater.SYNC_FLUSH) == 0) {
      // once more
    }
  }

  @Override
  public void end(ByteBuf out) {
    deflater.finish();
    while (!deflater.finished()) {
      deflate(out, Deflater.NO_FLUSH);
    }
    out.writeIntLE((int) checksum.getValue());
    out.writeIntLE((int) deflater.getBytesRead());
  }

  /** The room that is left over. */
  private int deflate(ByteBuf out, int mode) {
    out.ensureWritable(ROOM);
    ByteBuffer room = out.nioBuffer(out.writerIndex(), out.writableBytes());
    int written = deflater.deflate(room, mode);
    out.writerIndex(out.writerIndex() + written);
    return room.remaining();
  }

  @Override
  public void close() {
    deflater.end();
  }
}
