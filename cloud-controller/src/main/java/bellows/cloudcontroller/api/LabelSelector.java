package bellows.cloudcontroller.api;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requirements on labels, all of which must hold (reference/api.md, 4.1): {@code k}, {@code !k},
 * {@code k=v}, {@code k==v}, {@code k!=v}, {@code k in (a,b)}, {@code k notin (a,b)}.
 */
record LabelSelector(List<Requirement> requirements) {
  private static final int MAX_REQUIREMENTS = 50;
  private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^()]*)\\)");
  private static final Pattern EQUALITY = Pattern.compile("([^=!\\s]+)\\s*(==|!=|=)\\s*(\\S*)");

  /** How a label's value is compared; NOT_IN holds for an absent label too. */
  enum Operator {
    EXISTS,
    ABSENT,
    IN,
    NOT_IN
  }

  record Requirement(String key, Operator operator, List<String> values) {}

  /**
   * @throws IllegalArgumentException whose message continues "Label selector"
   */
  static LabelSelector parse(String text) {
    List<Requirement> requirements = new ArrayList<>();
    for (String term : terms(text)) {
      requirements.add(requirement(term.strip()));
    }
    if (requirements.size() > MAX_REQUIREMENTS) {
      throw new IllegalArgumentException("has more than " + MAX_REQUIREMENTS + " requirements");
    }
    return new LabelSelector(requirements);
  }

  /** Commas inside parentheses do not separate. */
  private static List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case ',' -> {
          if (depth == 0) {
            terms.add(text.substring(from, i));
            from = i + 1;
          }
        }
        default -> {}
      }
    }
    terms.add(text.substring(from));
    return terms;
  }

  private static Requirement requirement(String term) {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      List<String> values = new ArrayList<>();
      for (String value : set.group(3).split(",", -1)) {
        values.add(value.strip());
      }
      return checked(
          set.group(1), set.group(2).equals("in") ? Operator.IN : Operator.NOT_IN, values);
    }
    if (term.startsWith("!")) {
      return checked(term.substring(1).strip(), Operator.ABSENT, List.of());
    }
    Matcher equality = EQUALITY.matcher(term);
    if (equality.matches()) {
      boolean not = equality.group(2).equals("!=");
      return checked(
          equality.group(1), not ? Operator.NOT_IN : Operator.IN, List.of(equality.group(3)));
    }
    return checked(term, Operator.EXISTS, List.of());
  }

  private static Requirement checked(String key, Operator operator, List<String> values) {
    if (Metadata.keyFault(key).isPresent()
        || values.stream().anyMatch(value -> Metadata.labelValueFault(value).isPresent())) {
      throw new IllegalArgumentException("contains an invalid requirement: '" + key + "'");
    }
    return new Requirement(key, operator, values);
  }
}
