package bellows.cli.push;

import bellows.cli.failure.CommandFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds what of a folder is to be pushed. */
final class AppFolder {
  private final Path root;
  private final IgnoreRules rules;
  private final List<AppFile> files = new ArrayList<>();

  private AppFolder(Path root, IgnoreRules rules) {
    this.root = root;
    this.rules = rules;
  }

  /**
   * All entries, parents before their children, in the order of their names.
   *
   * @throws CommandFailure when there are none, or a link leads out of the folder
   */
  static List<AppFile> files(Path folder) {
    try {
      Path root = folder.toRealPath();
      Path ignore = root.resolve(".cfignore");
      IgnoreRules rules =
          IgnoreRules.of(Files.isRegularFile(ignore) ? Files.readAllLines(ignore) : List.of());
      AppFolder walk = new AppFolder(root, rules);
      Files.walkFileTree(root, walk.new Visitor());
      walk.files.sort(Comparator.comparing(AppFile::path));
      if (walk.files.stream().noneMatch(file -> file.kind() != AppFile.Kind.DIRECTORY)) {
        throw CommandFailure.of(
            "No app files found in '" + folder + "'",
            "name the app's folder with -p; .cfignore may leave out too much.");
      }
      return walk.files;
    } catch (IOException e) {
      throw CommandFailure.of("Cannot read " + e.getMessage() + " (" + reason(e) + ")");
    }
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "");
  }

  private final class Visitor extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (directory.equals(root)) {
        return FileVisitResult.CONTINUE;
      }
      String path = relative(directory);
      if (rules.leavesOut(path, true)) {
        return FileVisitResult.SKIP_SUBTREE;
      }
      files.add(new AppFile(directory, path, AppFile.Kind.DIRECTORY, mode(directory), 0));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      String path = relative(file);
      if (rules.leavesOut(path, false)) {
        return FileVisitResult.CONTINUE;
      }
      if (attributes.isSymbolicLink()) {
        refuseEscape(file, path);
        files.add(new AppFile(file, path, AppFile.Kind.LINK, 0777, 0));
      } else if (attributes.isRegularFile()) {
        files.add(new AppFile(file, path, AppFile.Kind.FILE, mode(file), attributes.size()));
      }
      // Sockets and pipes mean nothing on another machine.
      return FileVisitResult.CONTINUE;
    }
  }

  private void refuseEscape(Path link, String path) throws IOException {
    Path target = Files.readSymbolicLink(link);
    Path parent = link.getParent();
    Path end = parent == null ? target : parent.resolve(target).normalize();
    if (target.isAbsolute() || !end.startsWith(root)) {
      throw CommandFailure.of(
          "The link " + path + " leads out of the app's folder, to " + target,
          "copy what it leads to, or leave it out by a line in .cfignore.");
    }
  }

  private String relative(Path file) {
    return root.relativize(file).toString();
  }

  private static int mode(Path file) throws IOException {
    String permissions =
        PosixFilePermissions.toString(
            Files.readAttributes(file, PosixFileAttributes.class).permissions());
    int mode = 0;
    for (int bit = 0; bit < permissions.length(); bit++) {
      mode = (mode << 1) | (permissions.charAt(bit) == '-' ? 0 : 1);
    }
    return mode;
  }
}
