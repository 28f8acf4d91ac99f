package bellows.dea.instances;

import bellows.base.files.AtomicFiles;
import bellows.base.json.Json;
import bellows.contracts.dea.InstanceState;
import bellows.contracts.ids.InstanceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** One file per instance, readable by root only, replaced atomically. */
final class InstanceStore {
  private static final Logger log = LoggerFactory.getLogger(InstanceStore.class);
  private static final String RECORD = ".json";
  private static final String OFFSETS = ".log-offsets";

  /**
   * There while an instance is to have no container, and until the first caller of a wake has had
   * its answer: whatever is found of one has to go.
   */
  private static final String ASLEEP = ".asleep";

  private final Path directory;

  InstanceStore(Path directory) {
    this.directory = directory;
  }

  /** Everything an earlier run left; a file that cannot be read is put aside, not fatal. */
  List<InstanceRecord> open() {
    try {
      Files.createDirectories(directory);
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      List<Path> files;
      try (Stream<Path> list = Files.list(directory)) {
        files = list.toList();
      }
      List<InstanceRecord> records = new ArrayList<>();
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(RECORD)) {
          read(file, records);
        } else if (!belongsToARecord(file)) {
          Files.deleteIfExists(file);
        }
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open the instance records in " + directory, e);
    }
  }

  /** Writes what the instance is now; one that has stopped stays without a file. */
  void save(Instance instance) {
    synchronized (instance.recordLock()) {
      if (instance.state() != InstanceState.STOPPED) {
        orLog(
            instance,
            () ->
                AtomicFiles.write(
                    file(instance.id(), RECORD),
                    Json.bytes(instance.record()),
                    AtomicFiles.OWNER_ONLY));
      }
    }
  }

  void remove(Instance instance) {
    synchronized (instance.recordLock()) {
      orLog(
          instance,
          () -> {
            Files.deleteIfExists(file(instance.id(), RECORD));
            Files.deleteIfExists(file(instance.id(), ASLEEP));
          });
    }
  }

  /**
   * Says that the instance has no container from now on, or has one again. An empty file, neither
   * written nor synced: it has to survive this process, not the machine.
   */
  void asleep(Instance instance, boolean asleep) {
    Path mark = file(instance.id(), ASLEEP);
    orLog(
        instance,
        () -> {
          if (!asleep) {
            Files.deleteIfExists(mark);
          } else if (!Files.exists(mark)) {
            Files.createFile(mark);
          }
        });
  }

  private interface Change {
    void make() throws IOException;
  }

  /**
   * An instance goes on, and ends, although the disk is full or broken: only a later run, which
   * believes what was written last, may have to start it anew.
   */
  private static void orLog(Instance instance, Change change) {
    try {
      change.make();
    } catch (IOException | UncheckedIOException e) {
      log.atError().addKeyValue("instance", instance.id()).setCause(e).log("instance.not_recorded");
    }
  }

  boolean asleep(InstanceId id) {
    return Files.exists(file(id, ASLEEP));
  }

  /** Where the log position of one of an instance's containers is kept. */
  Path offsets(InstanceId id, String container) {
    return directory.resolve(id.value() + "." + container + OFFSETS);
  }

  private static void read(Path file, List<InstanceRecord> records) throws IOException {
    try {
      records.add(Json.read(Files.readAllBytes(file), InstanceRecord.class));
    } catch (JacksonException e) {
      log.atError().addKeyValue("file", file).log("instance.record_unreadable");
      Files.deleteIfExists(file);
    }
  }

  /** The names of all files of an instance begin with its id and a dot. */
  private static boolean belongsToARecord(Path file) {
    String name = file.getFileName().toString();
    boolean ours = name.endsWith(OFFSETS) || name.endsWith(ASLEEP);
    return ours && Files.exists(file.resolveSibling(name.substring(0, name.indexOf('.')) + RECORD));
  }

  private Path file(InstanceId id, String ending) {
    return directory.resolve(id.value() + ending);
  }
}
