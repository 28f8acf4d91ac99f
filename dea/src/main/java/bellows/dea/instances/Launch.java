package bellows.dea.instances;

import bellows.dea.environment.Variables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * How an instance's program is started: by {@code start.sh}, which sources the profile scripts of
 * the droplet and hands the command to a shell; or, where both would have nothing to do, at once.
 * Somebody may be waiting for it, and bash takes 2 ms.
 *
 * <p>The droplet is a stranger's, but cannot be changed any more. Links in it are not followed
 * here; a droplet with one in the way is the script's.
 */
final class Launch {
  /** Where the script is mounted. */
  static final Path SCRIPT = Path.of("/opt/bellows/start.sh");

  private static final String COMMAND = "BELLOWS_START_COMMAND";
  private static final Path HOME = Path.of(Variables.HOME);
  private static final Path APP = HOME.resolve("app");
  private static final Path DEPS = HOME.resolve("deps");

  /** Words in which no shell sees anything but words. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:,@%+\\- ]+");

  /** What a bash that has nothing to do would still heed. */
  private static final List<String> OF_BASH = List.of("BASH", "SHELLOPTS", "CDPATH");

  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final byte[] INTERPRETED = {'#', '!'};

  private final List<String> words;
  private final Path directory;
  private final UnaryOperator<Map<String, String>> environment;

  private Launch(
      List<String> words, Path directory, UnaryOperator<Map<String, String>> environment) {
    this.words = words;
    this.directory = directory;
    this.environment = environment;
  }

  /**
   * @param droplet unpacked on this host
   * @param command of the instance
   * @param variables of the instance; those of later starts may differ only in the platform's own
   */
  static Launch of(Path droplet, String command, Map<String, String> variables) {
    return new Look(droplet, variables).direct(command).orElseGet(() -> byScript(command));
  }

  private static Launch byScript(String command) {
    return new Launch(
        List.of("/bin/bash", SCRIPT.toString()),
        HOME,
        given -> {
          Map<String, String> all = new HashMap<>(given);
          all.put(COMMAND, command);
          return all;
        });
  }

  /** Program and arguments. */
  List<String> words() {
    return words;
  }

  /** Where the program begins, inside. */
  Path directory() {
    return directory;
  }

  /**
   * What the program sees.
   *
   * @param given the instance's variables
   */
  Map<String, String> environment(Map<String, String> given) {
    return environment.apply(given);
  }

  /**
   * A look into the droplet.
   *
   * @param droplet on the host
   * @param variables given
   * @param added by the dependencies in the droplet
   */
  private record Look(Path droplet, Map<String, String> variables, Map<String, String> added) {
    Look(Path droplet, Map<String, String> variables) {
      this(droplet, variables, new HashMap<>());
    }

    Optional<Launch> direct(String command) {
      List<String> words = new ArrayList<>(Arrays.asList(command.strip().split(" +")));
      if (words.getFirst().equals("exec")) {
        words.removeFirst();
      }
      return !words.isEmpty()
              && PLAIN.matcher(command).matches()
              && variables.keySet().stream().noneMatch(Look::isHeededByBash)
              && isDirectory(APP)
              && addDependencies()
              && !hasScripts(HOME.resolve("profile.d"))
              && !hasScripts(APP.resolve(".profile.d"))
              && !exists(APP.resolve(".profile"))
              && isProgram(words.getFirst())
          ? Optional.of(new Launch(List.copyOf(words), APP, completing(Map.copyOf(added))))
          : Optional.empty();
    }

    /** Holds nothing but what was added: thousands of instances may sleep with it. */
    private static UnaryOperator<Map<String, String>> completing(Map<String, String> added) {
      return given -> {
        Map<String, String> all = new HashMap<>(given);
        all.remove("GEM_PATH");
        all.put("DEPS_DIR", DEPS.toString());
        all.put("PWD", APP.toString());
        all.putAll(added);
        return all;
      };
    }

    private static boolean isHeededByBash(String variable) {
      return OF_BASH.stream().anyMatch(variable::startsWith);
    }

    /** As the script does; false where something of them has to be sourced. */
    private boolean addDependencies() {
      for (int n = 0; ; n++) {
        Path dependency = DEPS.resolve(Integer.toString(n));
        if (!exists(dependency)) {
          return true;
        }
        if (!isDirectory(dependency) || hasScripts(dependency.resolve("profile.d"))) {
          return false;
        }
        if (!prepend("PATH", dependency.resolve("bin"))
            || !prepend("LD_LIBRARY_PATH", dependency.resolve("lib"))) {
          return false;
        }
      }
    }

    private boolean prepend(String variable, Path directory) {
      if (!exists(directory)) {
        return true;
      }
      String before = value(variable);
      added.put(variable, before.isEmpty() ? directory.toString() : directory + ":" + before);
      return isDirectory(directory);
    }

    private String value(String variable) {
      return added.getOrDefault(variable, variables.getOrDefault(variable, ""));
    }

    /** Anything but a directory without scripts. */
    private boolean hasScripts(Path directory) {
      if (!exists(directory)) {
        return false;
      }
      if (!isDirectory(directory)) {
        return true;
      }
      try (DirectoryStream<Path> scripts = Files.newDirectoryStream(onHost(directory), "*.sh")) {
        return scripts.iterator().hasNext();
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + directory + " of a droplet", e);
      }
    }

    /** Whether it is found where the path leads first, and the kernel can run it. */
    private boolean isProgram(String name) {
      if (name.contains("/")) {
        return isProgram(APP.resolve(name).normalize());
      }
      for (String directory : value("PATH").split(":", -1)) {
        Path file = Path.of(directory.isEmpty() ? "." : directory, name);
        if (!file.isAbsolute()) {
          return false;
        }
        if (isProgram(file)) {
          return true;
        }
        if (exists(file)) {
          return false;
        }
      }
      return false;
    }

    private boolean isProgram(Path file) {
      boolean ofDroplet = file.startsWith(HOME);
      Path host = onHost(file);
      if (ofDroplet ? !isPlain(file) : !isOfHost(host)) {
        return false;
      }
      try (InputStream in = Files.newInputStream(host)) {
        byte[] begin = in.readNBytes(ELF.length);
        return Files.getPosixFilePermissions(host)
                .contains(
                    ofDroplet
                        ? PosixFilePermission.OWNER_EXECUTE // which the app is
                        : PosixFilePermission.OTHERS_EXECUTE)
            && (Arrays.equals(begin, ELF)
                || Arrays.equals(begin, 0, Math.min(begin.length, 2), INTERPRETED, 0, 2));
      } catch (IOException e) {
        return false;
      }
    }

    /** The host's /usr is the containers', too; of links only those that stay in it. */
    private static boolean isOfHost(Path file) {
      try {
        return Files.isRegularFile(file) && file.toRealPath().startsWith("/usr");
      } catch (IOException e) {
        return false;
      }
    }

    /** A regular file, with no link on the way. */
    private boolean isPlain(Path file) {
      return file.getParent() != null
          && isDirectory(file.getParent())
          && Files.isRegularFile(onHost(file), LinkOption.NOFOLLOW_LINKS);
    }

    private boolean exists(Path path) {
      return Files.exists(onHost(path), LinkOption.NOFOLLOW_LINKS);
    }

    /** With no link on the way. */
    private boolean isDirectory(Path path) {
      Path host = droplet;
      for (Path name : HOME.relativize(path)) {
        host = host.resolve(name);
        if (!Files.isDirectory(host, LinkOption.NOFOLLOW_LINKS)) {
          return false;
        }
      }
      return true;
    }

    private Path onHost(Path inside) {
      return inside.startsWith(HOME) ? droplet.resolve(HOME.relativize(inside)) : inside;
    }
  }
}
