package bellows.warden;

/**
 * How a program ended.
 *
 * @param status its exit code, or 128 plus the signal that killed it
 * @param outOfMemory whether the kernel killed a process inside because the memory limit was met
 */
public record Exit(int status, boolean outOfMemory) {}
