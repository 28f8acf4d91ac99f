package bellows.uaa;

import static org.assertj.core.api.Assertions.assertThat;

import bellows.uaa.UaaFixture.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LockoutIT {
  private static final String LOCKED =
      "Your account has been locked because of too many failed attempts to login.";

  private final UaaFixture uaa = new UaaFixture();

  @AfterEach
  void close() {
    uaa.close();
  }

  @Test
  void locksANameAfterFiveFailuresForFiveMinutes() {
    for (int i = 0; i < 5; i++) {
      assertThat(uaa.login("admin", "guess").text("error_description"))
          .isEqualTo("Bad credentials");
    }

    Answer locked = uaa.login("Admin", UaaFixture.ADMIN_PASSWORD);
    assertThat(locked.status()).isEqualTo(401);
    assertThat(locked.text("error")).isEqualTo("unauthorized");
    assertThat(locked.text("error_description")).isEqualTo(LOCKED);

    uaa.time.advance(Duration.ofMinutes(5));
    assertThat(uaa.login("admin", UaaFixture.ADMIN_PASSWORD).status()).isEqualTo(200);
  }

  @Test
  void locksANameThatNobodyHasInTheSameWay() {
    for (int i = 0; i < 5; i++) {
      uaa.login("nobody", "guess");
    }

    assertThat(uaa.login("nobody", "guess").text("error_description")).isEqualTo(LOCKED);
  }

  @Test
  void forgetsFailuresAfterASuccess() {
    for (int i = 0; i < 4; i++) {
      uaa.login("admin", "guess");
    }
    assertThat(uaa.login("admin", UaaFixture.ADMIN_PASSWORD).status()).isEqualTo(200);

    uaa.login("admin", "guess");
    assertThat(uaa.login("admin", UaaFixture.ADMIN_PASSWORD).status()).isEqualTo(200);
  }

  @Test
  void answersOnlyFiveOfManyGuessesAtOnce() throws InterruptedException, ExecutionException {
    List<Callable<Answer>> guesses = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      guesses.add(() -> uaa.login("admin", "guess"));
    }

    int answered = 0;
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Answer> guess : tasks.invokeAll(guesses, 60, TimeUnit.SECONDS)) {
        if (!guess.get().text("error_description").equals(LOCKED)) {
          answered++;
        }
      }
    }
    assertThat(answered).isEqualTo(5);
  }
}
