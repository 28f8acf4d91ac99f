package bellows.warden.machine;

import bellows.base.files.Trees;
import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import bellows.warden.cgroup.CgroupTree;
import bellows.warden.disk.DiskImage;
import bellows.warden.network.Attachment;
import bellows.warden.network.ContainerNetwork;
import bellows.warden.oci.Bundle;
import bellows.warden.oci.Init;
import bellows.warden.oci.OciRuntime;
import bellows.warden.rootfs.MountPoints;
import bellows.warden.rootfs.RootSkeleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Knows how a container is put together and taken apart; holds what all containers of a warden
 * share. Thread-safe.
 *
 * @param openFilesAtMost our own hard limit
 */
record Workshop(
    Layout layout,
    ContainerNetwork network,
    RootSkeleton skeleton,
    CgroupTree cgroups,
    OciRuntime runtime,
    RecordStore records,
    long openFilesAtMost) {
  private static final List<Path> KERNELS =
      List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"), Path.of("/usr"));

  /**
   * The steps from nothing to a container that can be started. Undone, they also end a running one.
   */
  Recipe recipe(ContainerRecord record) {
    ContainerSpec spec = record.spec();
    ContainerPaths paths = paths(spec);
    Attachment attachment = record.attachment();
    return new Recipe(
        List.of(
            new Recipe.Step(
                "record",
                () -> records.write(record),
                () -> {
                  records.remove(spec.id());
                  network.release(attachment);
                }),
            new Recipe.Step(
                "network", () -> network.attach(attachment), () -> network.detach(attachment)),
            new Recipe.Step("disk", () -> makeDisk(spec, paths), () -> removeDisk(paths)),
            new Recipe.Step(
                "home", () -> makeHome(spec, paths), () -> DiskImage.unmount(paths.home())),
            new Recipe.Step(
                "bundle",
                () -> makeBundle(spec, paths, attachment),
                () -> Trees.delete(paths.bundle())),
            new Recipe.Step(
                "program",
                () -> records.write(record.at(ContainerRecord.Stage.CREATED)),
                () -> removeProgram(spec.id()))));
  }

  ContainerPaths paths(ContainerSpec spec) {
    return layout.of(spec.id(), spec.droplet() != null);
  }

  private static void makeDisk(ContainerSpec spec, ContainerPaths paths) {
    try {
      Files.createDirectories(paths.disk());
      DiskImage.format(paths.image(), spec.limits().diskMb());
      DiskImage.mount(paths.image(), paths.disk());
      directory(paths.logs(), "rwx------", 0);
      directory(paths.ownHome(), "rwxr-xr-x", spec.uid());
      directory(paths.layerWork(), "rwx------", 0);
      Files.setAttribute(directory(paths.tmp(), "rwxrwxrwx", spec.uid()), "unix:mode", 01777);
      Files.setAttribute(directory(paths.varTmp(), "rwxrwxrwx", spec.uid()), "unix:mode", 01777);
      // The app's own, so that it can open /dev/stdout again, as many programs do.
      owned(Files.createFile(paths.stdout()), "rw-------", spec.uid());
      owned(Files.createFile(paths.stderr()), "rw-------", spec.uid());
      owned(Files.writeString(paths.exit(), Init.NO_STATUS), "rw-------", spec.uid());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lay out the disk of " + spec.id(), e);
    }
  }

  private static void removeDisk(ContainerPaths paths) {
    DiskImage.unmount(paths.disk());
    Trees.delete(paths.files());
  }

  private static void makeHome(ContainerSpec spec, ContainerPaths paths) {
    Path droplet = spec.droplet();
    if (droplet != null) {
      try {
        Files.createDirectories(paths.home());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      DiskImage.overlay(droplet, paths.ownHome(), paths.layerWork(), paths.home());
    }
  }

  private void makeBundle(ContainerSpec spec, ContainerPaths paths, Attachment attachment) {
    for (BindMount mount : spec.mounts()) {
      mountPoint(mount, paths);
    }
    Bundle bundle =
        new Bundle(
            spec,
            layout.rootfs(),
            paths.home(),
            mounts(paths),
            attachment.namespace(),
            layout.cgroup(spec.id()),
            cgroups.limitsSwap(),
            openFilesAtMost);
    writeBundle(bundle, paths, attachment.ip());
  }

  static void writeBundle(Bundle bundle, ContainerPaths paths, String ip) {
    try {
      Files.createDirectories(paths.etc());
      Map<String, String> own = RootSkeleton.own(bundle.spec().uid(), bundle.hostName(), ip);
      for (Map.Entry<String, String> file : own.entrySet()) {
        Files.writeString(paths.etc().resolve(file.getKey()), file.getValue());
      }
      Files.write(paths.config(), bundle.json());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the bundle of " + bundle.spec().id(), e);
    }
  }

  /** What every container sees beside its home. */
  List<BindMount> mounts(ContainerPaths paths) {
    List<BindMount> mounts = new ArrayList<>(skeleton.shown());
    for (String file : List.of("passwd", "group", "hosts", "hostname")) {
      mounts.add(BindMount.readOnly(paths.etc().resolve(file), Path.of("/etc", file)));
    }
    mounts.add(BindMount.writable(paths.tmp(), Path.of("/tmp")));
    mounts.add(BindMount.writable(paths.varTmp(), Path.of("/var/tmp")));
    mounts.add(BindMount.writable(paths.exit(), Path.of(Bundle.EXIT_FILE)));
    return mounts;
  }

  /** Places that the app could have prepared are made in its own directories, without its links. */
  private void mountPoint(BindMount mount, ContainerPaths paths) {
    Path destination = mount.destination();
    boolean directory = Files.isDirectory(mount.source());
    if (destination.getNameCount() == 0 || KERNELS.stream().anyMatch(destination::startsWith)) {
      throw new IllegalArgumentException("cannot mount at " + destination);
    }
    Map<Path, Path> own =
        Map.of(
            Path.of("/home/vcap"), paths.home(),
            Path.of("/tmp"), paths.tmp(),
            Path.of("/var/tmp"), paths.varTmp());
    for (Map.Entry<Path, Path> place : own.entrySet()) {
      if (destination.startsWith(place.getKey())) {
        MountPoints.make(place.getValue(), place.getKey().relativize(destination), directory);
        return;
      }
    }
    skeleton.mountPoint(destination, directory);
  }

  private void removeProgram(String id) {
    runtime.delete(id);
    cgroups.remove(layout.cgroup(id));
  }

  private static Path directory(Path directory, String permissions, int uid) throws IOException {
    return owned(Files.createDirectory(directory), permissions, uid);
  }

  private static Path owned(Path path, String permissions, int uid) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    Files.setAttribute(path, "unix:uid", uid);
    Files.setAttribute(path, "unix:gid", uid);
    return path;
  }
}
