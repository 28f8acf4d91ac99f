package bellows.warden.machine;

import bellows.base.files.Trees;
import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import bellows.warden.cgroup.CgroupTree;
import bellows.warden.disk.DiskImage;
import bellows.warden.disk.DiskTemplates;
import bellows.warden.kernel.Syscalls;
import bellows.warden.network.Attachment;
import bellows.warden.network.ContainerNetwork;
import bellows.warden.oci.Bundle;
import bellows.warden.oci.Init;
import bellows.warden.oci.OciRuntime;
import bellows.warden.rootfs.HugePrograms;
import bellows.warden.rootfs.MountPoints;
import bellows.warden.rootfs.RootSkeleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    HugePrograms programs,
    CgroupTree cgroups,
    OciRuntime runtime,
    RecordStore records,
    DiskTemplates disks,
    long openFilesAtMost) {
  private static final List<Path> KERNELS =
      List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"), Path.of("/usr"));

  /**
   * The steps from nothing to a container that can be started. Undone, they also end a running one.
   */
  Recipe recipe(ContainerRecord record) {
    ContainerSpec spec = record.spec();
    ContainerPaths paths = paths(record);
    Attachment attachment = record.attachment();
    return new Recipe(
        List.of(
            new Recipe.Step(
                "record",
                () -> {}, // only what is started needs to be on paper, see Leftovers
                () -> {
                  records.remove(spec.id());
                  network.release(attachment);
                }),
            new Recipe.Step(
                "network", () -> network.attach(attachment), () -> network.detach(attachment)),
            new Recipe.Step("disk", () -> makeDisk(spec, paths), () -> removeDisk(paths)),
            new Recipe.Step(
                "home", () -> makeHome(spec, paths), () -> DiskImage.unmount(paths.home())),
            new Recipe.Step("bundle", () -> makeBundle(record, null), () -> removeBundle(paths)),
            new Recipe.Step("program", () -> {}, () -> removeProgram(record.body()))));
  }

  ContainerPaths paths(ContainerRecord record) {
    return layout.of(record.body(), record.slot() || record.spec().droplet() != null);
  }

  void makeDisk(ContainerSpec spec, ContainerPaths paths) {
    try {
      Files.createDirectories(paths.disk());
      disks.format(paths.image(), spec.limits().diskMb());
      DiskImage.mount(paths.image(), paths.disk());
      make(Files.createDirectory(paths.logs()), 0700);
      make(Files.createDirectory(paths.ownHome()), 0755);
      make(Files.createDirectory(paths.layerWork()), 0700);
      make(Files.createDirectory(paths.tmp()), 01777);
      make(Files.createDirectory(paths.varTmp()), 01777);
      make(Files.createFile(paths.stdout()), 0600);
      make(Files.createFile(paths.stderr()), 0600);
      make(Files.writeString(paths.exit(), Init.NO_STATUS), 0600);
      own(paths, spec.uid());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lay out the disk of " + spec.id(), e);
    }
  }

  /** Gives the app what is its own on its disk; nothing of an app is there yet. */
  static void own(ContainerPaths paths, int uid) {
    // The logs as well, so that it can open /dev/stdout again, as many programs do.
    for (Path path :
        List.of(
            paths.ownHome(),
            paths.tmp(),
            paths.varTmp(),
            paths.stdout(),
            paths.stderr(),
            paths.exit())) {
      Syscalls.changeOwner(path, uid);
    }
  }

  static void removeDisk(ContainerPaths paths) {
    DiskImage.unmount(paths.disk());
    DiskImage.unmount(paths.files()); // what a slot shares
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

  /**
   * @param pipe what a slot waits at; null when the program is to run at once
   */
  void makeBundle(ContainerRecord record, @Nullable Path pipe) {
    ContainerSpec spec = record.spec();
    ContainerPaths paths = paths(record);
    for (BindMount mount : spec.mounts()) {
      mountPoint(mount, paths);
    }
    Bundle bundle =
        new Bundle(
            spec,
            layout.rootfs(),
            paths.home(),
            mounts(paths),
            record.attachment().namespace(),
            layout.cgroup(record.body()),
            cgroups.limitsSwap(),
            openFilesAtMost,
            pipe,
            runtime.compiledFilter());
    writeBundle(bundle, paths, record.attachment().ip());
  }

  void removeBundle(ContainerPaths paths) {
    Trees.delete(paths.bundle());
  }

  /** Says inside who the app is. */
  static void writeUsers(ContainerPaths paths, int uid) {
    write(paths.etc(), RootSkeleton.users(uid));
  }

  private static void write(Path directory, Map<String, String> files) {
    try {
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(directory.resolve(file.getKey()), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write into " + directory, e);
    }
  }

  static void writeBundle(Bundle bundle, ContainerPaths paths, String ip) {
    try {
      Files.createDirectories(paths.etc());
      write(paths.etc(), RootSkeleton.users(bundle.spec().uid()));
      write(paths.etc(), RootSkeleton.names(bundle.hostName(), ip));
      Files.write(paths.config(), bundle.json());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the bundle of " + bundle.spec().id(), e);
    }
  }

  /** What every container sees beside its home. */
  List<BindMount> mounts(ContainerPaths paths) {
    List<BindMount> mounts = new ArrayList<>(skeleton.shown());
    mounts.addAll(programs.shown());
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

  void removeProgram(String id) {
    runtime.delete(id);
    cgroups.remove(layout.cgroup(id));
  }

  private static void make(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }
}
