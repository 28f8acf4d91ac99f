package bellows.warden.machine;

import bellows.base.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * The records as files. A reader sees a whole record or none; they need not outlive the machine's
 * boot, so nothing is forced to the disk. The directory is root's, because specs hold secrets.
 */
final class RecordStore {
  private static final Logger log = LoggerFactory.getLogger(RecordStore.class);
  private static final String SUFFIX = ".json";

  private final Path directory;

  RecordStore(Path directory) {
    this.directory = directory;
  }

  void write(ContainerRecord record) {
    Path file = file(record.spec().id());
    Path fresh = file.resolveSibling(record.spec().id() + ".new");
    try {
      Files.write(fresh, Json.bytes(record));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the record of " + record.spec().id(), e);
    }
  }

  void remove(String id) {
    try {
      Files.deleteIfExists(file(id));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove the record of " + id, e);
    }
  }

  /** All that can be read; what cannot is logged and counts as not there. */
  List<ContainerRecord> all() {
    List<ContainerRecord> records = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        try {
          records.add(Json.read(Files.readAllBytes(file), ContainerRecord.class));
        } catch (JacksonException e) {
          log.atWarn().addKeyValue("file", file).setCause(e).log("record.unreadable");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
    return records;
  }

  private Path file(String id) {
    return directory.resolve(id + SUFFIX);
  }
}
