// The small things that mdBook's own script leaves open. Without scripts the book reads the same.
'use strict';

// mdBook copies a block as it stands. Of a terminal's block you want what is typed, not the marks and the answers.
{
    const asItStands = window.playground_text;
    window.playground_text = (block, hidden) => {
        const text = asItStands(block, hidden);
        if (!block.querySelector('code.language-console')) {
            return text;
        }
        const typed = [];
        let typing = false;
        for (const line of text.split('\n')) {
            typing = line.startsWith('$ ') || (typing && /^>( |$)/.test(line));
            if (typing) {
                typed.push(line.slice(2));
            }
        }
        return typed.join('\n');
    };
}

// A word that was searched for may stand in a part that is closed.
{
    const words = (new URLSearchParams(location.search).get('highlight') || '').toLowerCase().split(' ').filter(Boolean);
    for (const part of document.querySelectorAll('details')) {
        part.open ||= words.some(word => part.textContent.toLowerCase().includes(word));
    }
}
