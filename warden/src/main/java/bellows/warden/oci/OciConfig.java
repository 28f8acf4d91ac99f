package bellows.warden.oci;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parts of the OCI runtime specification's config.json that we use (version 1.0.2). */
@JsonInclude(JsonInclude.Include.NON_NULL)
record OciConfig(
    String ociVersion,
    Program process,
    Root root,
    String hostname,
    List<Mount> mounts,
    Linux linux,
    @Nullable Map<String, String> annotations) {

  record Program(
      boolean terminal,
      User user,
      List<String> args,
      List<String> env,
      String cwd,
      Capabilities capabilities,
      List<Rlimit> rlimits,
      boolean noNewPrivileges,
      int oomScoreAdj) {}

  record User(int uid, int gid, int umask) {}

  record Capabilities(
      List<String> bounding,
      List<String> effective,
      List<String> inheritable,
      List<String> permitted,
      List<String> ambient) {
    static final Capabilities NONE =
        new Capabilities(List.of(), List.of(), List.of(), List.of(), List.of());

    /** None of them survives the change. */
    static final Capabilities TO_CHANGE_USER = of("CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID");

    private static Capabilities of(String... names) {
      List<String> all = List.of(names);
      return new Capabilities(all, all, List.of(), all, List.of());
    }
  }

  record Rlimit(String type, long hard, long soft) {}

  record Root(String path, boolean readonly) {}

  record Mount(String destination, String type, String source, List<String> options) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Linux(
      List<Namespace> namespaces,
      String cgroupsPath,
      Resources resources,
      Map<String, String> sysctl,
      Seccomp seccomp,
      List<String> maskedPaths,
      List<String> readonlyPaths,
      String rootfsPropagation) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Namespace(String type, @Nullable String path) {
    static Namespace fresh(String type) {
      return new Namespace(type, null);
    }
  }

  record Resources(List<Device> devices, Memory memory, Cpu cpu, Pids pids) {}

  record Device(boolean allow, String access) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Memory(long limit, @Nullable Long swap) {}

  record Cpu(int shares) {}

  record Pids(int limit) {}

  record Seccomp(
      String defaultAction,
      int defaultErrnoRet,
      List<String> architectures,
      List<Syscalls> syscalls) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Syscalls(
      List<String> names,
      String action,
      @Nullable Integer errnoRet,
      @Nullable List<Argument> args) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Argument(
      int index, long value, @Nullable Long valueTwo, @JsonProperty("op") String operator) {}
}
