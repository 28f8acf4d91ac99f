package bellows.cli.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class IgnoreRulesTest {
  private static IgnoreRules rules(String... lines) {
    return IgnoreRules.of(List.of(lines));
  }

  @Test
  void leavesOutVersionControlByDefault() {
    assertThat(rules().leavesOut(".git", true)).isTrue();
    assertThat(rules().leavesOut("lib/.git", true)).isTrue();
    assertThat(rules().leavesOut(".gitkeep", false)).isFalse();
    assertThat(rules().leavesOut("manifest.yml", false)).isTrue();
    assertThat(rules().leavesOut("config/manifest.yml", false)).isFalse();
  }

  @Test
  void aPlainNameMatchesAtAnyDepth() {
    assertThat(rules("*.log").leavesOut("a.log", false)).isTrue();
    assertThat(rules("*.log").leavesOut("deep/er/a.log", false)).isTrue();
    assertThat(rules("*.log").leavesOut("a.logs", false)).isFalse();
  }

  @Test
  void aSlashTiesTheRuleToTheTop() {
    assertThat(rules("/tmp").leavesOut("tmp", true)).isTrue();
    assertThat(rules("/tmp").leavesOut("a/tmp", true)).isFalse();
    assertThat(rules("a/b").leavesOut("a/b", false)).isTrue();
    assertThat(rules("a/b").leavesOut("x/a/b", false)).isFalse();
  }

  @Test
  void aSlashAtTheEndMeansFoldersOnly() {
    assertThat(rules("target/").leavesOut("target", true)).isTrue();
    assertThat(rules("target/").leavesOut("x/target", true)).isTrue();
    assertThat(rules("target/").leavesOut("target", false)).isFalse();
  }

  @Test
  void theLastRuleThatMatchesDecides() {
    IgnoreRules rules = rules("*.jar", "!app.jar");
    assertThat(rules.leavesOut("lib/x.jar", false)).isTrue();
    assertThat(rules.leavesOut("app.jar", false)).isFalse();
  }

  @Test
  void twoStarsCrossFolders() {
    assertThat(rules("a/**/z").leavesOut("a/z", false)).isTrue();
    assertThat(rules("a/**/z").leavesOut("a/b/c/z", false)).isTrue();
    assertThat(rules("logs/**").leavesOut("logs/x/y", false)).isTrue();
    assertThat(rules("logs/**").leavesOut("logs", true)).isFalse();
    assertThat(rules("a/*").leavesOut("a/b/c", false)).isFalse();
  }

  @Test
  void setsQuestionMarksAndBackslashesWorkAsInAShell() {
    assertThat(rules("?[a-c].txt").leavesOut("xb.txt", false)).isTrue();
    assertThat(rules("?[!a-c].txt").leavesOut("xb.txt", false)).isFalse();
    assertThat(rules("\\!x").leavesOut("!x", false)).isTrue();
    assertThat(rules("\\#x").leavesOut("#x", false)).isTrue();
    assertThat(rules("a+b(c).txt").leavesOut("a+b(c).txt", false)).isTrue();
  }

  @Test
  void commentsBlanksAndTrailingBlanksMeanNothing() {
    IgnoreRules rules = rules("# *.txt", "", "   ", "a.txt   ");
    assertThat(rules.leavesOut("b.txt", false)).isFalse();
    assertThat(rules.leavesOut("a.txt", false)).isTrue();
  }
}
