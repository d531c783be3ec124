// Live updates and keys; every action works without this file.
(() => {
  const main = document.querySelector('main[data-live]');
  const busy = () => document.querySelector('details[open] form, textarea:focus, input:focus')
    || !getSelection().isCollapsed;
  const opened = () => [...main.querySelectorAll('details')].map((one) => one.open);
  // What the server said last: whatever the reader has opened since is no change.
  let last = main && main.innerHTML;
  const show = (html) => {
    const [focused, open] = [document.activeElement && document.activeElement.id, opened()];
    main.innerHTML = last = html;
    const fresh = [...main.querySelectorAll('details')];
    if (fresh.length === open.length) fresh.forEach((one, at) => { one.open = open[at]; });
    if (focused) document.getElementById(focused)?.focus();
  };
  const look = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (!answer.ok || busy()) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const [fresh, read] = [page.querySelector('main'), page.querySelector('footer')];
      if (!fresh || busy()) return;
      if (fresh.innerHTML !== last) show(fresh.innerHTML);
      document.querySelector('footer').innerHTML = read.innerHTML;
    } catch { /* the console has ended, or AWS does not answer: the page says when it was read */ }
  };
  if (main) setInterval(look, Number(main.dataset.live) * 1000);

  // j and k go through a list, / searches, n i d a go to the pages: as in mail readers.
  const pages = { n: '/', i: '/issues', a: '/audit', d: '/deliveries' };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select')) return;
    const links = [...document.querySelectorAll('main tbody a.row')];
    const at = links.indexOf(document.activeElement);
    if (event.key === 'j') links[Math.min(at + 1, links.length - 1)]?.focus();
    else if (event.key === 'k') links[Math.max(at - 1, 0)]?.focus();
    else if (event.key === '/') document.querySelector('input[type=search]')?.focus();
    else if (pages[event.key]) location.assign(pages[event.key]);
    else return;
    event.preventDefault();
  });
})();
