package bellows.warden.oci;

import java.util.List;
import java.util.stream.Stream;

/**
 * The system calls that an app may make. What is not listed fails with EPERM, whoever calls; what
 * the list is too old to know fails with ENOSYS, because libc then tries an older call.
 *
 * <p>Left out on purpose, beside all that needs a capability anyway: new namespaces (clone with
 * their flags, unshare, setns), mounts, tracing and reading other processes (ptrace, process_vm_*,
 * process_madvise, kcmp, pidfd_getfd), and what has often been a way into the kernel: bpf,
 * io_uring, userfaultfd, perf_event_open, keyctl, open_by_handle_at, vm86, modify_ldt.
 */
final class SeccompProfile {
  private static final String ALLOW = "SCMP_ACT_ALLOW";
  private static final String REFUSE = "SCMP_ACT_ERRNO";
  private static final String EQUAL = "SCMP_CMP_EQ";
  private static final String MASKED = "SCMP_CMP_MASKED_EQ";
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  /** All CLONE_NEW* flags of sched.h that fit into clone's argument. */
  private static final long NEW_NAMESPACE_FLAGS = 0x7E02_0000L;

  /** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: netlink because libc lists addresses with it. */
  private static final List<Integer> SOCKET_FAMILIES = List.of(1, 2, 10, 16);

  /**
   * PER_LINUX, with and without the flags that Java and Wine-like loaders ask for; and the query.
   */
  private static final List<Long> PERSONALITIES =
      List.of(0x0L, 0x0008L, 0x20000L, 0x20008L, 0xFFFF_FFFFL);

  private static final String FILES =
      """
      access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat \
      faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl \
      fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate \
      futimesat getcwd getdents getdents64 getxattr inotify_add_watch inotify_init inotify_init1 \
      inotify_rm_watch ioctl lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek \
      lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open openat openat2 pipe pipe2 pread64 \
      preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr \
      rename renameat renameat2 rmdir sendfile setxattr splice stat statfs statx symlink symlinkat \
      sync sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat utimes vmsplice \
      write writev memfd_create landlock_create_ruleset landlock_add_rule landlock_restrict_self\
      """;

  private static final String PROCESSES =
      """
      alarm arch_prctl capget capset execve execveat exit exit_group fork getegid geteuid getgid \
      getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage \
      getsid gettid getuid ioprio_get ioprio_set kill pause pidfd_open pidfd_send_signal prctl \
      prlimit64 restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo \
      rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max \
      sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler \
      sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler \
      sched_yield seccomp set_robust_list get_robust_list set_tid_address setfsgid setfsuid setgid \
      setgroups setitimer getitimer setpgid setpriority setregid setresgid setresuid setreuid \
      setrlimit setsid setuid sigaltstack signalfd signalfd4 tgkill tkill vfork wait4 waitid\
      """;

  private static final String MEMORY =
      """
      brk madvise membarrier mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock \
      munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages get_mempolicy mbind \
      set_mempolicy set_mempolicy_home_node map_shadow_stack mseal cachestat\
      """;

  private static final String WAITING =
      """
      clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_ctl_old \
      epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 futex futex_requeue \
      futex_wait futex_waitv futex_wake gettimeofday nanosleep poll ppoll pselect6 select time \
      timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create \
      timerfd_gettime timerfd_settime times io_cancel io_destroy io_getevents io_pgetevents io_setup \
      io_submit\
      """;

  private static final String TALKING =
      """
      accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg \
      sendmmsg sendmsg sendto setsockopt shutdown socketpair mq_getsetattr mq_notify mq_open \
      mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop \
      semtimedop shmat shmctl shmdt shmget\
      """;

  private static final String ASKING = "getcpu getrandom sysinfo uname";

  private SeccompProfile() {}

  /**
   * @param processor as {@code os.arch} says; calls of any other, such as the 32-bit ones, end the
   *     process
   */
  static OciConfig.Seccomp forProcessor(String processor) {
    boolean arm = processor.equals("aarch64");
    return new OciConfig.Seccomp(
        REFUSE,
        EPERM,
        List.of(arm ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64"),
        Stream.of(
                Stream.of(
                    allow(List.of(FILES, PROCESSES, MEMORY, WAITING, TALKING, ASKING)),
                    allow("clone", new OciConfig.Argument(0, NEW_NAMESPACE_FLAGS, 0L, MASKED)),
                    // Its flags are behind a pointer, out of the filter's sight; libc falls back.
                    new OciConfig.Syscalls(List.of("clone3"), REFUSE, ENOSYS, null)),
                SOCKET_FAMILIES.stream().map(family -> allow("socket", equal(family))),
                PERSONALITIES.stream().map(value -> allow("personality", equal(value))))
            .flatMap(s -> s)
            .toList());
  }

  private static OciConfig.Syscalls allow(List<String> lists) {
    List<String> names =
        lists.stream()
            .flatMap(list -> Stream.of(list.split("\\s+", -1)))
            .distinct()
            .sorted()
            .toList();
    return new OciConfig.Syscalls(names, ALLOW, null, null);
  }

  private static OciConfig.Syscalls allow(String name, OciConfig.Argument argument) {
    return new OciConfig.Syscalls(List.of(name), ALLOW, null, List.of(argument));
  }

  private static OciConfig.Argument equal(long value) {
    return new OciConfig.Argument(0, value, null, EQUAL);
  }
}
