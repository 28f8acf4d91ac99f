package bellows.cmdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import bellows.base.ids.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
  @TempDir Path directory;

  private final SecretBox box = new SecretBox(Ids.randomBytes(32));

  @Test
  void opensWhatItSealed() {
    for (String secret : new String[] {"", "x", "{\"PASSWORD\":\"ü\"}"}) {
      assertThat(new String(box.open(box.seal(secret.getBytes(UTF_8))), UTF_8)).isEqualTo(secret);
    }
  }

  @Test
  void sealsTheSameDifferentlyEachTime() {
    assertThat(box.seal("same".getBytes(UTF_8))).isNotEqualTo(box.seal("same".getBytes(UTF_8)));
  }

  @Test
  void refusesAChangedByteAnywhere() {
    byte[] sealed = box.seal("secret".getBytes(UTF_8));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> box.open(changed)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> box.open(new byte[0])).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesAnotherKeysSeal() {
    byte[] sealed = new SecretBox(Ids.randomBytes(32)).seal("secret".getBytes(UTF_8));

    assertThatThrownBy(() -> box.open(sealed)).hasMessageContaining("another key");
  }

  @Test
  void makesAKeyFileForTheOwnerAndFindsItAgain() throws IOException {
    Path file = directory.resolve("keys").resolve("cmdb.key");
    byte[] sealed = SecretBox.at(file).seal("secret".getBytes(UTF_8));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(new String(SecretBox.at(file).open(sealed), UTF_8)).isEqualTo("secret");
  }

  @Test
  void refusesAKeyFileThatOthersMayReadOrThatIsNone() throws IOException {
    Path file = directory.resolve("open.key");
    Files.write(file, Ids.randomBytes(32));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> SecretBox.at(file)).hasMessageContaining("set it to mode 600");

    Path torn = directory.resolve("torn.key");
    Files.write(torn, new byte[5]);
    Files.setPosixFilePermissions(torn, PosixFilePermissions.fromString("rw-------"));
    assertThatThrownBy(() -> SecretBox.at(torn)).hasMessageContaining("does not hold 32 bytes");
  }
}
