package bellows.warden.oci;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A program that makes containers as the OCI runtime specification says. It is not there while they
 * run, so no daemon can die and take them along.
 */
public interface OciRuntime extends AutoCloseable {
  /** Such as {@code runc}. */
  String name();

  /**
   * Runs the bundle's program; returns when it is executed. The program gets {@code stdout} and
   * {@code stderr}, opened for appending, and no input.
   *
   * @param bundle directory with config.json
   * @return the program's process as the host numbers it
   * @throws RuntimeFailure with the runtime's own reason
   */
  int run(String id, Path bundle, Path stdout, Path stderr);

  /**
   * The filter of system calls as it has compiled it for an earlier container, for {@link Bundle}:
   * all have the same. Empty when there was none yet, and for a runtime that keeps no such thing.
   */
  Optional<byte[]> compiledFilter();

  /** Kills what still runs in it and frees all; fine when there is no such container. */
  void delete(String id);

  /** Lets go of what it has prepared; containers go on. */
  @Override
  void close();
}
