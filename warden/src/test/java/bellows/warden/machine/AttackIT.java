package bellows.warden.machine;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.base.time.testing.Eventually;
import bellows.warden.Container;
import bellows.warden.Limits;
import bellows.warden.cgroup.CgroupTree;
import bellows.warden.kernel.Mounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What a hostile app tries against its host. A comment that begins with "Fails" names the change
 * with which the test was seen to fail: made, run, and taken back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackIT {
  private TestWarden wardens;

  @BeforeAll
  void start() {
    wardens = new TestWarden(config(), step -> {});
  }

  /** Name of the container's first process. */
  String init() {
    return "tini";
  }

  LinuxWarden.Config config() {
    return TestWarden.freshConfig();
  }

  @AfterAll
  void stop() {
    wardens.close();
  }

  @Test
  void seesNoHostFile() throws Exception {
    // Fails with the host's "/" as the bundle's root: then no container starts at all.
    Path secret = Files.writeString(wardens.config.directory().resolve("secret"), "host");
    var outcome =
        wardens.run(
            "for f in /etc/shadow /root/.bashrc /var/lib/dpkg/status /boot /work "
                + secret
                + " /proc/1/root/etc/shadow; do [ -e $f ] && echo sees $f; done; ls /");

    assertThat(outcome.out().lines())
        .containsExactly(
            "bin", "dev", "etc", "home", "lib", "lib64", "mnt", "opt", "proc", "root", "run",
            "sbin", "srv", "sys", "tmp", "usr", "var");
  }

  @Test
  void findsNoWayThroughAnInheritedDescriptorOrWorkingDirectory() {
    // The class of CVE-2024-21626.
    var outcome =
        wardens.run("pwd; for p in 1 $$; do [ -r /proc/$p/fd ] && (cd /proc/$p/fd; echo *); done");

    assertThat(outcome.out()).matches("/home/vcap\n(0 1 2\n){1,2}");
  }

  @Test
  void seesOnlyItsOwnProcesses() {
    // Fails without the "pid" namespace.
    var outcome = wardens.run("ls /proc | grep -c '^[0-9]'; cat /proc/1/comm");

    assertThat(outcome.out().lines().toList().getLast()).isEqualTo(init());
    assertThat(Integer.parseInt(outcome.out().lines().findFirst().orElseThrow())).isLessThan(7);
  }

  @Test
  void hasOnlyTheEnvironmentThatItWasGiven() {
    var outcome =
        wardens.run(
            "cat /proc/1/environ /proc/$$/environ 2>/dev/null | tr '\\0' '\\n' | grep -v ^PWD= | sort -u");

    assertThat(outcome.out())
        .isEqualTo("HOME=/home/vcap\nLANG=C.UTF-8\nPATH=/usr/local/bin:/usr/bin:/bin\n");
  }

  @Test
  void hasNoCapabilityAndCannotGainAny() {
    // Fails with CAP_MKNOD in OciConfig.Capabilities.NONE, and with noNewPrivileges false.
    var outcome = wardens.run("grep -E 'Cap|NoNewPrivs|Seccomp:|^Uid|^Groups' /proc/self/status");

    assertThat(outcome.out().lines().map(line -> line.replaceAll("\\s+", " ").strip()))
        .containsExactly(
            "Uid: 20000 20000 20000 20000",
            "Groups:",
            "CapInh: 0000000000000000",
            "CapPrm: 0000000000000000",
            "CapEff: 0000000000000000",
            "CapBnd: 0000000000000000",
            "CapAmb: 0000000000000000",
            "NoNewPrivs: 1",
            "Seccomp: 2");
  }

  @Test
  void gainsNothingFromSetUserIdFiles() {
    // Two protections, each enough: noNewPrivileges and the mounts with nosuid.
    Container container = wardens.create(wardens.spec("bash", "-c", "~/id -u; ~/mine -u"));
    try {
      TestWarden.host(
              "cp /usr/bin/id "
                  + container.home().resolve("id")
                  + " && chmod 4755 "
                  + container.home().resolve("id")
                  + " && cp /usr/bin/id "
                  + container.home().resolve("mine")
                  + " && chown 1:1 "
                  + container.home().resolve("mine")
                  + " && chmod 6755 "
                  + container.home().resolve("mine"))
          .orThrow("prepare");
      container.start();

      assertThat(TestWarden.outcome(container).out()).isEqualTo("20000\n20000\n");
    } finally {
      container.destroy();
    }
  }

  @Test
  void changesNothingOfTheSharedRoot() {
    // Fails with the bind of /usr writable. The app's own uid could not write there even then.
    var outcome =
        wardens.run(
            "for f in /x /usr/x /etc/x /etc/passwd /opt/x /var/lib/x /proc/sys/kernel/hostname"
                + " /proc/sysrq-trigger /sys/kernel/x /sys/fs/cgroup/x /dev/x; do"
                + " (echo x >> $f) 2>/dev/null && echo wrote $f; done; mount | grep -cE ' /usr .*\\(ro'");

    assertThat(outcome.out()).isEqualTo("1\n");
  }

  @Test
  void writesWhereItMay() {
    var outcome =
        wardens.run(
            "for d in /home/vcap /tmp /var/tmp /dev/shm; do echo x > $d/x && cat $d/x; done;"
                + " echo y >> /dev/stdout; echo > /dev/null");

    assertThat(outcome.text()).isEqualTo("x\nx\nx\nx\ny");
  }

  @Test
  void makesNoDeviceAndMountsNothing() {
    // Fails with a filter that allows by default: a new user namespace is then made.
    var outcome =
        wardens.run(
            "mknod /tmp/sda b 8 0 && echo device; mount -t tmpfs none /tmp && echo mounted;"
                + " unshare -U true && echo user; unshare -Urm true && echo namespaces;"
                + " chroot / true && echo chroot; insmod /usr/lib/x.ko && echo module;"
                + " dmesg && echo dmesg; true");

    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("Operation not permitted");
  }

  @Test
  void isStoppedByItsProcessLimit() {
    // Fails without the pids limit: the count goes to the 300 that are asked for.
    var outcome =
        wardens.run("for i in $(seq 300); do sleep 5 & done 2>/dev/null; jobs -r | wc -l");

    int started = outcome.out().isBlank() ? 0 : Integer.parseInt(outcome.out().strip());
    assertThat(started).isLessThan(TestWarden.LIMITS.pids());
  }

  @Test
  void survivesNoForkBombAndLeavesNoProcess() {
    Container container =
        wardens.running(
            """
            python3 -c '
            import os, time
            while True:
              try: os.fork()
              except OSError: time.sleep(0.01)'
            """);
    String group = group(container);
    try {
      Eventually.until(
          "the bomb is at the limit", () -> pids(container) >= TestWarden.LIMITS.pids() - 1);
    } finally {
      container.destroy();
    }
    assertThat(TestWarden.host("grep -ls '" + group + "$' /proc/[0-9]*/cgroup").out()).isEmpty();
  }

  @Test
  void isKilledAtItsMemoryLimitAndSaysSo() {
    // Fails without memory.limit: the program then prints "all".
    var outcome =
        wardens.run("python3 -c 'b = bytearray(300 * 1024 * 1024); print(\"all\")' || exit $?");

    assertThat(outcome.exit().outOfMemory()).isTrue();
    assertThat(outcome.exit().status()).isEqualTo(137);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void paysForItsSharedMemory() {
    var outcome =
        wardens.run(
            "dd if=/dev/zero of=/dev/shm/x bs=1M count=200 2>&1 | tail -1; df -m /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2");

    assertThat(outcome.out()).contains("64");
  }

  @Test
  void fillsOnlyItsOwnDisk() {
    // Fails when the disk is a directory of the host's: dd then writes all 2 GB.
    long before = hostFree();
    var outcome =
        wardens.run("dd if=/dev/zero of=~/x bs=1M count=2000 2>&1 | grep -v records; exit 3");
    long after = hostFree();

    assertThat(outcome.out() + outcome.err()).contains("No space left on device");
    // Though the disk is full, the status is told.
    assertThat(outcome.exit().status()).isEqualTo(3);
    assertThat(before - after).isLessThan((long) TestWarden.LIMITS.diskMb() << 20);
  }

  @Test
  void exhaustsOnlyItsOwnInodes() {
    var outcome =
        wardens.run(
            "cd; python3 -c '\nfor i in range(200000):\n  open(str(i), \"w\").close()'; exit 4");

    assertThat(outcome.err()).contains("No space left on device");
    assertThat(outcome.exit().status()).isEqualTo(4);
  }

  @Test
  void floodsOnlyItsOwnDiskWithLogs() {
    // Fails when the disk is a directory of the host's.
    long before = hostFree();
    var outcome = wardens.run("timeout 20 head -c 500M /dev/zero; exit 5");

    assertThat(outcome.exit().status()).isEqualTo(5);
    assertThat(outcome.out().length()).isLessThan(TestWarden.LIMITS.diskMb() << 20);
    assertThat(before - hostFree()).isLessThan((long) TestWarden.LIMITS.diskMb() << 20);
  }

  @Test
  void opensNoMoreFilesThanAllowed() {
    var outcome =
        wardens.run(
            "python3 -c '\nfiles = []\ntry:\n  for i in range(100000): files.append(open(\"/dev/null\"))\n"
                + "except OSError as e: print(e.errno, len(files) < 1024)'; ulimit -Hn; ulimit -Hc");

    assertThat(outcome.out()).isEqualTo("24 True\n1024\n0\n");
  }

  @Test
  void seesMaskedKernelFilesEmpty() {
    var outcome =
        wardens.run(
            "cat /proc/kcore /proc/keys /proc/kallsyms /proc/timer_list | wc -c; ls /sys/firmware /sys/kernel | grep -v :");

    assertThat(outcome.out().strip()).isEqualTo("0");
  }

  @Test
  void cannotOverwriteTheRuntime() {
    // CVE-2019-5736; the runtime works on a sealed copy of itself.
    String before = TestWarden.host("sha256sum $(command -v runc)").out();
    wardens.run("for p in 1 $$; do (exec 3>>/proc/$p/exe) 2>&1; done; ls -l /proc/1/exe");

    assertThat(TestWarden.host("sha256sum $(command -v runc)").out()).isEqualTo(before);
  }

  @Test
  void isRefusedTheSystemCallsThatLeadOut() {
    // Fails with a filter that allows by default.
    var calls =
        List.of(
            "ptrace:101",
            "mount:165",
            "pivot_root:155",
            "keyctl:250",
            "add_key:248",
            "bpf:321",
            "perf_event_open:298",
            "userfaultfd:323",
            "io_uring_setup:425",
            "unshare:272",
            "setns:308",
            "kexec_load:246",
            "init_module:175",
            "finit_module:313",
            "open_by_handle_at:304",
            "process_vm_readv:310",
            "process_vm_writev:311",
            "kcmp:312",
            "reboot:169",
            "swapon:167",
            "syslog:103",
            "acct:163",
            "quotactl:179",
            "modify_ldt:154",
            "pidfd_getfd:438",
            "process_madvise:440",
            "open_tree:428",
            "move_mount:429",
            "fsopen:430",
            "mount_setattr:442",
            "name_to_handle_at:303",
            "iopl:172",
            "lookup_dcookie:212");
    var outcome =
        wardens.run(
            "python3 - "
                + String.join(" ", calls)
                + " <<'E'\n"
                + """
                import ctypes, sys
                libc = ctypes.CDLL(None, use_errno=True)
                for call in sys.argv[1:]:
                    name, number = call.split(":")
                    result = libc.syscall(int(number), 0, 0, 0, 0, 0, 0)
                    if result != -1 or ctypes.get_errno() not in (1, 38):
                        print(name, result, ctypes.get_errno())
                # clone with a new user namespace, and the old way through a pointer
                print(libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0), ctypes.get_errno())
                print(libc.syscall(435, 0, 0), ctypes.get_errno())
                # raw packets, virtual machine sockets, the kernel's ciphers
                for family in (17, 40, 38):
                    print(libc.socket(family, 3, 0), ctypes.get_errno())
                E
                """);

    assertThat(outcome.text()).isEqualTo("-1 1\n-1 38\n-1 1\n-1 1\n-1 1");
  }

  @Test
  void isKilledForSystemCallsOfAnotherArchitecture() {
    // Fails with SCMP_ARCH_X86 and _X32 in the list. 0x40000000 marks a call of the x32 interface.
    var outcome =
        wardens.run("python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(0x40000027))'");

    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.exit().status()).isEqualTo(128 + 31);
  }

  @Test
  void runsEveryLanguageUnderTheFilter() {
    var outcome =
        wardens.run(
            """
            set -e
            node -e 'require("worker_threads"); setTimeout(() => console.log("node"), 1)'
            npm --version > /dev/null && echo npm
            python3 -c 'import threading, ssl; t = threading.Thread(target=print, args=("python",)); t.start(); t.join()'
            python3 -m venv --without-pip ~/venv && echo venv
            ruby -e 'Thread.new { puts "ruby" }.join'
            bundle --version > /dev/null && echo bundler
            php -r 'echo "php\\n";'
            java -Xmx64m -version 2>&1 | grep -o -m1 openjdk
            echo 'package main; func main() { c := make(chan string); go func() { c <- "go" }(); println(<-c) }' > /tmp/hello.go
            GOCACHE=/tmp/go GO111MODULE=off go run /tmp/hello.go 2>&1
            mvn --version | grep -o -m1 'Apache Maven'
            git init -q ~/repo && echo git
            curl --version | grep -o -m1 '^curl'
            """,
            s -> TestWarden.with(s, new Limits(1024, 512, 256, 256, 1024)));

    assertThat(outcome.out().strip())
        .isEqualTo(
            "node\nnpm\npython\nvenv\nruby\nbundler\nphp\nopenjdk\ngo\nApache Maven\ngit\ncurl");
  }

  @Test
  void twoContainersSeeNothingOfEachOther() {
    // Fails without the pid namespace, and without the ipc namespace.
    Container first =
        wardens.running("echo secret > /tmp/secret; echo s > /dev/shm/s; ipcmk -M 64; sleep 60");
    try {
      Eventually.until(
          "the first is up", () -> TestWarden.read(first.stdout()).contains("Shared memory id"));
      var outcome =
          wardens.run(
              "ls /tmp /dev/shm /dev/mqueue | grep -v :; ipcs -m | grep -c 0x; ps ax | grep -c '[s]leep 60'");

      assertThat(outcome.out().strip()).isEqualTo("0\n0");
    } finally {
      first.destroy();
    }
  }

  private int pids(Container container) {
    var cgroups = CgroupTree.of(Mounts.now());
    return cgroups.processes("/" + group(container)).size();
  }

  private String group(Container container) {
    Path memory = Path.of("/proc/" + container.pid().getAsInt() + "/cgroup");
    return TestWarden.read(memory)
        .lines()
        .filter(line -> line.contains(wardens.config.name() + "/"))
        .map(line -> line.substring(line.indexOf(wardens.config.name() + "/")))
        .findFirst()
        .orElseThrow();
  }

  private long hostFree() {
    return wardens.config.directory().toFile().getUsableSpace();
  }
}
