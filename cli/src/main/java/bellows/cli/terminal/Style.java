package bellows.cli.terminal;

/** Colours by meaning; plain text where there are none. */
public final class Style {
  private final boolean colour;

  Style(boolean colour) {
    this.colour = colour;
  }

  /** A name the user chose. */
  public String name(String text) {
    return paint("36;1", text);
  }

  public String heading(String text) {
    return paint("1", text);
  }

  public String success(String text) {
    return paint("32;1", text);
  }

  public String failure(String text) {
    return paint("31;1", text);
  }

  public String attention(String text) {
    return paint("33", text);
  }

  public String faint(String text) {
    return paint("2", text);
  }

  /** A state as stats report it, in the colour of how well that is. */
  public String state(String state) {
    return switch (state) {
      case "running", "started" -> paint("32", state);
      case "crashed" -> paint("31", state);
      case "starting", "down" -> paint("33", state);
      default -> state;
    };
  }

  private String paint(String code, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
