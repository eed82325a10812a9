// Events from `path` on, from what was seen; where they do not come, `look` is called instead.
const LOOK_MS = 5000;

export const follow = (path, seen, on, look) => {
  let looking = null;
  const lookInstead = () => {
    looking ??= setInterval(look, LOOK_MS);
  };
  const followAgain = () => {
    clearInterval(looking);
    looking = null;
  };
  if (!("EventSource" in window)) {
    lookInstead();
    return;
  }
  const url = new URL(path, location.href);
  if (seen) url.searchParams.set("since", seen);
  const source = new EventSource(url);
  source.addEventListener("open", followAgain);
  // A browser comes back by itself; meanwhile, and when it was sent away, we look.
  source.addEventListener("error", lookInstead);
  for (const [name, tell] of Object.entries(on)) {
    source.addEventListener(name, (event) => tell(JSON.parse(event.data)));
  }
};

export const ask = async (path) => {
  const answer = await fetch(path, { cache: "no-cache" }).catch(() => null);
  return answer?.ok ? answer.json() : null;
};
