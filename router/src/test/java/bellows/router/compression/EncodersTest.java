package bellows.router.compression;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EncodersTest {
  private final List<ByteBuf> owned = new ArrayList<>();
  private final Encoders encoders = new Encoders();
  private final Random random = new Random(7);

  private static byte[] decoded(Coding coding, ByteBuf encoded) throws IOException {
    byte[] bytes = new byte[encoded.readableBytes()];
    encoded.readBytes(bytes);
    try (InputStream in =
        switch (coding) {
          case GZIP -> new GZIPInputStream(new ByteArrayInputStream(bytes));
          case ZSTD -> new ZstdInputStream(new ByteArrayInputStream(bytes));
        }) {
      return in.readAllBytes();
    }
  }

  private Encoder taken(Coding coding) {
    return Objects.requireNonNull(encoders.take(coding));
  }

  private byte[] text(int size) {
    byte[] text = new byte[size];
    for (int i = 0; i < size; i++) {
      text[i] = (byte) ('a' + random.nextInt(20));
    }
    return text;
  }

  private ByteBuf buffer(byte[] bytes, boolean direct) {
    return owned(direct ? Unpooled.directBuffer() : Unpooled.buffer()).writeBytes(bytes);
  }

  private ByteBuf owned(ByteBuf buffer) {
    owned.add(buffer);
    return buffer;
  }

  @AfterEach
  void release() {
    owned.forEach(ByteBuf::release);
  }

  @ParameterizedTest
  @EnumSource
  void encodesOneBodyAfterTheOther(Coding coding) throws IOException {
    Encoder encoder = taken(coding);
    for (int size : new int[] {0, 1, 4096, 100_000, 1_000_000, 3}) {
      byte[] body = text(size);
      ByteBuf out = owned(Unpooled.directBuffer());
      encoder.begin(out);
      encoder.write(buffer(body, size % 3 == 0), out);
      encoder.end(out);
      assertThat(decoded(coding, out)).isEqualTo(body);
    }
    encoders.giveBack(coding, encoder);
    assertThat(encoders.take(coding)).isSameAs(encoder);
  }

  @ParameterizedTest
  @EnumSource
  void makesWhatWasTakenReadableWithAFlush(Coding coding) throws IOException {
    Encoder encoder = taken(coding);
    ByteBuf out = owned(Unpooled.directBuffer());
    encoder.begin(out);
    for (int i = 0; i < 300; i++) {
      byte[] piece = text(i * 37);
      encoder.write(buffer(piece, true), out);
      encoder.flush(out);
    }
    random.setSeed(7);
    try (InputStream in =
        switch (coding) {
          case GZIP -> new GZIPInputStream(stream(out));
          case ZSTD -> new ZstdInputStream(stream(out)).setContinuous(true);
        }) {
      for (int i = 0; i < 300; i++) {
        byte[] piece = text(i * 37);
        assertThat(in.readNBytes(piece.length)).isEqualTo(piece);
      }
    }
  }

  private static InputStream stream(ByteBuf out) {
    byte[] bytes = new byte[out.readableBytes()];
    out.getBytes(out.readerIndex(), bytes);
    return new ByteArrayInputStream(bytes);
  }

  @ParameterizedTest
  @EnumSource
  void areNotMoreThanSoMany(Coding coding) {
    List<Encoder> taken = new ArrayList<>();
    for (int i = 0; i < Encoders.MOST; i++) {
      taken.add(encoders.take(coding));
    }
    assertThat(taken).doesNotContainNull();
    assertThat(encoders.take(coding)).isNull();
    for (Encoder encoder : taken) {
      encoders.giveBack(coding, encoder);
    }
    assertThat(encoders.take(coding)).isNotNull();
  }
}
