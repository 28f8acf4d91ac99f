package bellows.cli;

/** Which build this is. */
final class Version {
  private Version() {}

  /** Of the jar's manifest; {@code unbuilt} when the classes lie in a folder. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "unbuilt" : version;
  }
}
