package bellows.bus;

/** A subject with wildcards, as NATS understands them. */
final class SubjectPattern {
  private final String[] tokens;

  SubjectPattern(String pattern) {
    this.tokens = split(pattern);
  }

  /** True when a whole token is {@code *} or {@code >}; inside a token they mean nothing. */
  static boolean hasWildcard(String subject) {
    for (String token : split(subject)) {
      if (token.equals("*") || token.equals(">")) {
        return true;
      }
    }
    return false;
  }

  static String[] split(String subject) {
    return subject.split("\\.", -1);
  }

  /**
   * @param subject the tokens of a literal subject
   */
  boolean matches(String[] subject) {
    for (int i = 0; i < tokens.length; i++) {
      if (i >= subject.length) {
        return false;
      }
      if (tokens[i].equals(">") && i == tokens.length - 1) {
        return true;
      }
      if (!tokens[i].equals("*") && !tokens[i].equals(subject[i])) {
        return false;
      }
    }
    return subject.length == tokens.length;
  }
}
