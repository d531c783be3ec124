// Live updates and keys; every action works without this file.
(() => {
  const main = document.querySelector('main[data-live]');
  const busy = () => document.querySelector('details[open] form, textarea:focus, input:focus');
  const look = async () => {
    if (document.hidden || busy()) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const fresh = page.querySelector('main');
      if (fresh && fresh.innerHTML !== main.innerHTML && !busy()) {
        const focused = document.activeElement && document.activeElement.id;
        main.innerHTML = fresh.innerHTML;
        if (focused) document.getElementById(focused)?.focus();
      }
    } catch { /* the console has ended, or AWS does not answer: the page says when it was read */ }
  };
  if (main) setInterval(look, Number(main.dataset.live) * 1000);

  // j and k go through a list, / searches, n i a go to the pages: as in mail readers.
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
